/** Word lists of the rules. Data only: what a list is for stands above it. */
import { wordSet } from "./words.ts";

/** Base forms that take an -s in the third person. A verb that is not here is left as it is: past or modal. */
export const BASE_VERBS = wordSet(`
  love like hate dislike enjoy prefer adore detest loathe despise care avoid live reside work speak study go drive
  smoke drink eat cook bike cycle commute run swim travel play practice practise teach train meditate exercise wear
  sing paint collect volunteer follow take use own sleep wake get believe identify support root come have plan want
  hope intend aim wish dream dance ride garden knit bake read suffer attend do am need mind listen code program watch
`);

/** Adverbs that may stand before or after the auxiliary. */
export const ADVERBS = wordSet(`
  really absolutely totally also just actually definitely certainly currently recently usually always still mostly
  mainly often sometimes rarely seldom generally typically already finally only honestly literally truly basically
  kinda simply especially particularly strongly even now originally regularly normally occasionally both all
  sincerely genuinely primarily quite very super officially temporarily permanently secretly finally never
`);

/** Adverbs that add nothing to a statement that is kept. */
export const FILLERS = wordSet("also just actually honestly literally basically kinda simply even already");

/** People and animals that have a life of their own in a statement: "my sister lives in …". */
const PEOPLE = `
  wife husband spouse partner girlfriend boyfriend fiance fiancé fiancee fiancée mom mum mother dad father parents
  parent brother brothers sister sisters sibling siblings son sons daughter daughters kid kids child children baby
  twins grandma grandmother grandpa grandfather grandparents aunt uncle cousin cousins niece nephew stepson
  stepdaughter stepmother stepfather mother-in-law father-in-law brother-in-law sister-in-law roommate roommates
  flatmate housemate neighbor neighbour boss manager coworker colleague mentor friend friends ex ex-wife ex-husband
  dog dogs cat cats puppy kitten horse parrot rabbit hamster pet pets family grandson granddaughter grandkids
`;
export const RELATIONS = wordSet(`${PEOPLE} team company startup project`);

/** What "my … is" may introduce. The last word of the noun phrase counts. */
export const ATTRIBUTE_NOUNS = wordSet(`
  name email e-mail address phone number birthday birthdate age job title profession occupation employer company
  hometown town timezone zone language languages tongue pronouns nickname surname height weight salary budget major
  degree hobby hobbies goal goals dream allergy allergies religion nationality diet car bike size type sign username
  handle website blog anniversary school university college team role field specialty passion interests color
  colour apartment house home degree instrument startup commute city country
`);

/** What "my … is" introduces when it lies ahead. */
export const PLAN_NOUNS = wordSet(`
  flight appointment wedding interview exam surgery trip vacation graduation deadline honeymoon checkup due date
`);

/** What one can have for good: "I have a …". Everything else one has in a chat is a question or an array. */
export const OWNED = wordSet(`${PEOPLE}
  nieces nephews grandchildren puppies kittens horses bird birds rabbits fish goldfish snake lizard turtle
  tortoise chicken chickens retriever labrador poodle terrier shepherd corgi beagle diabetes asthma adhd autism
  anxiety depression arthritis migraines epilepsy celiac dyslexia allergy allergies insomnia car cars bike
  bicycle motorcycle motorbike boat van truck tesla house apartment flat garden cabin farm bakery restaurant job
  business company degree phd piano guitar violin drums tattoo tattoos glasses hair eyes disease condition
  tinnitus
`);

/** Occupations: "is a …" with one of them is a job. */
export const OCCUPATIONS = wordSet(`
  engineer developer programmer teacher nurse doctor lawyer designer accountant scientist student professor chef cook
  writer author journalist architect electrician plumber pilot manager consultant analyst dentist pharmacist mechanic
  carpenter firefighter paramedic barista waiter waitress cashier entrepreneur freelancer researcher psychologist
  therapist veterinarian vet photographer librarian translator musician artist farmer baker surgeon physicist
  biologist chemist economist recruiter founder ceo cto cfo director administrator bartender driver
`);

/** Lasting states: "I'm …". Moods and moments (tired, here, ready, stuck) are left out on purpose. */
export const STATES = wordSet(`
  vegetarian vegan pescatarian omnivore flexitarian keto celiac diabetic asthmatic gluten-free lactose married single
  divorced engaged widowed separated pregnant retired unemployed self-employed left-handed right-handed ambidextrous
  colorblind colourblind color-blind colour-blind blind deaf dyslexic autistic gay lesbian bisexual straight
  transgender nonbinary non-binary queer religious atheist agnostic christian catholic protestant muslim jewish hindu
  buddhist bilingual trilingual introverted extroverted tall short nearsighted farsighted sober disabled
  american british german french italian spanish portuguese dutch belgian swiss austrian polish czech hungarian greek
  turkish russian ukrainian swedish norwegian danish finnish irish scottish welsh english canadian mexican brazilian
  argentinian chilean colombian peruvian indian pakistani chinese japanese korean vietnamese thai filipino indonesian
  australian egyptian moroccan nigerian kenyan israeli iranian iraqi lebanese syrian romanian bulgarian serbian
  croatian ethiopian african asian european hispanic latino latina
`);

/** Definite things everybody knows: "the guitar". Any other "the …" points into the conversation. */
export const KNOWN_THINGS = wordSet(`
  guitar piano drums violin bass cello flute saxophone trumpet ukulele harp clarinet ocean sea beach mountains
  mountain outdoors countryside city suburbs gym dentist doctor cold heat rain snow winter summer autumn spring smell
  taste sound night morning evening us uk usa eu netherlands philippines news bus train subway metro tube moon sun
  dark forest woods desert sky stars office idea-of cto ceo cfo oldest youngest oven army navy military violin
  internet theater theatre opera cinema museum zoo hospital bay
`);

/** Tools by what they are for: a decision for one of them replaces the decision for another. */
export const TOOLS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    database: "postgres postgresql mysql mariadb sqlite mongodb dynamodb cockroachdb oracle firestore supabase",
    "UI framework": "react vue svelte angular preact solid solidjs qwik ember",
    "package manager": "npm pnpm yarn bun",
    editor: "vim neovim emacs vscode zed helix intellij webstorm sublime",
    "cloud provider": "aws gcp azure hetzner digitalocean vercel netlify",
    "operating system": "linux ubuntu debian fedora arch nixos windows macos",
    "CSS framework": "tailwind bootstrap bulma",
    language: "typescript javascript python rust go golang java kotlin swift ruby php elixir scala haskell c++ c#",
    tool: "docker kubernetes terraform redis kafka graphql rest tmux zsh fish obsidian notion figma git stripe slack",
  }).flatMap(([purpose, tools]) => tools.split(" ").map((tool) => [tool, purpose] as const)),
);
