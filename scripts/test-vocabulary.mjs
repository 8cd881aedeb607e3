/**
 * The words of the test model. Words of one line of SYNONYMS share a direction, so the model "understands"
 * them; all others are strangers to each other. Written for the tests: add a line where a test needs one.
 */
export const SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

export const PUNCTUATION = [..."!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"];

export const STOP_WORDS = `
a an and am are as at be by do does did for from has have had he her his i in is it its me my of on or our she so that
the their them they this to user was we were who what where when which with you your would will s t now very just some
`;

export const SYNONYMS = `
dog dogs puppy puppies hound canine
cat cats kitten kittens feline
love loves loved adore adores adored like likes liked enjoy enjoys fond favorite favourite
hate hates hated dislike dislikes loathe detest detests
live lives lived living reside resides residing home moved moving relocated settled
work works worked working job employed employer career profession occupation
eat eats eating ate food meal meals cook cooking dinner lunch
vegetarian vegan meatless plant
meat beef steak pork chicken
drink drinks drinking beverage
coffee espresso latte
tea matcha
music song songs melody
guitar piano violin instrument
travel travels traveling trip trips vacation holiday journey
car cars vehicle automobile
wife husband spouse partner married
child children kid kids son daughter
mother father parent parents mom dad
sick ill illness disease allergy allergic
doctor physician nurse medical
engineer developer programmer software programming code
teacher teaching school professor
run runs running jog jogging marathon
hike hiking mountain mountains climbing
swim swimming pool
money salary income pay
small little tiny
big large huge
happy glad joyful
sad unhappy gloomy
birthday born birth
name named called
`;

export const WORDS = `
not no never without nothing
london paris berlin hamburg tokyo munich zurich lisbon rome city town country
blue red green yellow black white color colour
peanut peanuts cheese pizza pasta rice bread sushi chinese italian mexican
rex luna tom anna alice bob max
monday tuesday wednesday thursday friday saturday sunday weekend morning evening night
january february march april may june july august september october november december
book books movie movies film game games chess football tennis yoga
french german english spanish japanese language
one two three four five six seven eight nine ten year years old month week day
weather rain snow summer winter
phone laptop computer email password number address
startup company google bank
`;
