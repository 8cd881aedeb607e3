/**
 * Kinds of everyday things and what belongs to them. A question names the kind ("which instruments …?"), a
 * memory the thing ("plays the violin"), and words alone never meet. Hand-written from what people tell an
 * assistant about themselves; short on purpose: the plainest members of each kind, and no proper names
 * but the countries most often travelled to. English only.
 */
import { tokenize } from "./tokenize.ts";

const KINDS = `
pet: dog cat puppy kitten hamster rabbit parrot goldfish turtle
animal: dog cat horse bird fish cow sheep bear
child: kid son daughter baby toddler
kid: child son daughter
parent: mother father mom dad
family: mother father mom dad brother sister son daughter husband wife parent child kid
sibling: brother sister
partner: husband wife boyfriend girlfriend spouse
relative: aunt uncle cousin grandmother grandfather grandma grandpa
job: work career profession employer boss
career: job work profession
instrument: guitar piano violin drum flute clarinet cello saxophone trumpet
sport: football soccer basketball tennis swimming running baseball volleyball golf hockey cycling
exercise: gym workout yoga running swimming weights kickboxing pilates
hobby: painting reading gardening cooking photography pottery knitting dancing hiking
activity: hiking swimming camping painting running cooking dancing yoga
event: party concert festival wedding parade conference race ceremony fair workshop
food: dish meal recipe dinner lunch breakfast pizza pasta salad soup cake
dessert: cake cookie pie chocolate pastry
drink: coffee tea wine beer juice water
vehicle: car truck bike motorcycle van
music: song band concert album singer guitar piano
art: painting drawing sculpture pottery gallery
book: novel author read series
movie: film cinema
game: chess console player tournament
place: city town park beach museum
country: italy spain france germany japan england canada mexico china india
season: summer winter spring autumn
illness: sick flu cold cancer pain hospital doctor
feeling: happy sad proud excited nervous scared grateful
weather: rain snow sun storm
education: school college university degree study class
school: class college university degree teacher student
home: house apartment live
clothes: shirt dress shoe jacket
volunteer: shelter charity donate fundraiser
religion: church faith god pray
trip: travel vacation visit flight
`;

let members: ReadonlyMap<string, readonly string[]> | undefined;

/** Terms, as `tokenize` writes them, of things of the kind that a term names; [] where it names none. */
export function kindMembers(term: string): readonly string[] {
  members ??= new Map(
    KINDS.trim()
      .split("\n")
      .map((line) => {
        const [kind = "", things = ""] = line.split(":");
        return [tokenize(kind)[0] ?? "", [...new Set(tokenize(things))]];
      }),
  );
  return members.get(term) ?? [];
}
