/** The entities of one scope, found by any of their names. */
import type { EntityType } from "../types.ts";
import { kinPredicate, isAnimal, readKinPhrase, type KinPhrase } from "./kin.ts";
import { displayName, isSelf, MAX_NAME_LENGTH, normalizeName, USER_ID, USER_NAME } from "./names.ts";
import { isNaming } from "./predicates.ts";
import { counts, type GraphEntity, type GraphRelation } from "./rows.ts";

export interface EntityBookOptions {
  /** Names of the user as who speaks. */
  self?: readonly string[];
  /** A name that means the user where nobody else is known by it: the `userId` of the scope. */
  owner?: string | undefined;
  /** By normalized name: the id of an entity whose name means the same, as an embedder sees it. */
  similar?: ReadonlyMap<string, string>;
}

/** Id of the node for a name as such: "User is named Tommy" points to the name, not to somebody called Tommy. */
export function nameId(name: string): string {
  return `"${normalizeName(name)}"`;
}

export class EntityBook {
  readonly #byId = new Map<string, GraphEntity>();
  readonly #byAlias = new Map<string, string>();
  /** By id of a name ({@link nameId}): whose it is, the latest last. */
  readonly #named = new Map<string, string>();
  /** Whom an owner has of a kin: by owner and predicate. */
  readonly #kin = new Map<string, Set<string>>();
  readonly #changed = new Set<string>();
  readonly #self: ReadonlySet<string>;
  readonly #owner: string;
  /** Somebody of this book who has the user's name. */
  readonly #namesakes = new Map<string, string>();
  readonly #similar: ReadonlyMap<string, string>;

  constructor(
    entities: readonly GraphEntity[],
    relations: readonly GraphRelation[],
    { self = [], owner = "", similar = new Map() }: EntityBookOptions = {},
  ) {
    this.#owner = normalizeName(owner);
    this.#self = new Set(self.map(normalizeName));
    this.#similar = similar;
    for (const entity of entities) this.#index({ ...entity, aliases: [...entity.aliases] });
    for (const row of relations) this.note(row);
  }

  /** Takes in a relation: it may name its source, or say who "User's sister" is. */
  note(row: GraphRelation): void {
    const { source, predicate, target } = row;
    // A name that was given up still tells who is meant.
    if (isNaming(predicate) && counts(row)) this.#named.set(target, source);
    else if (row.to === null) {
      const key = `${source} ${predicate}`;
      this.#kin.set(key, (this.#kin.get(key) ?? new Set()).add(target));
    }
  }

  get(id: string): GraphEntity | undefined {
    return this.#byId.get(id);
  }

  all(): GraphEntity[] {
    return [...this.#byId.values()];
  }

  /** New or changed since the book was opened. */
  changed(): GraphEntity[] {
    return [...this.#changed].map((id) => this.#byId.get(id)!);
  }

  /** Id of the entity of this name; null where none is known. */
  find(name: string): string | null {
    const normalized = normalizeName(name);
    if (normalized === "") return null;
    const known = this.#known(normalized);
    if (known !== null) return known;
    const phrase = readKinPhrase(name);
    if (phrase === null) return null;
    if (phrase.name !== null) return this.find(phrase.name);
    return this.#onlyKin(phrase);
  }

  /**
   * Id of the entity of this name, made where none is known. Null for what can be no name.
   * @param type what the entity is, where the relation tells; replaces an unspecific "thing"
   */
  enter(name: string, type?: EntityType): string | null {
    const normalized = normalizeName(name);
    if (normalized === "" || normalized.length > MAX_NAME_LENGTH) return null;
    const known = this.find(name) ?? this.#similarTo(normalized);
    if (known !== null) return this.#refined(known, type);
    if (this.#isSelf(normalized)) return this.#add({ id: USER_ID, name: USER_NAME, type: "person", aliases: [] });
    return this.#add({ id: normalized, name: displayName(name), type: type ?? "thing", aliases: [] });
  }

  /** Id of the node for a name as such. */
  enterName(name: string): string | null {
    if (normalizeName(name) === "" || name.length > MAX_NAME_LENGTH) return null;
    const id = nameId(name);
    return this.#byId.has(id) ? id : this.#add({ id, name: displayName(name), type: "thing", aliases: [] });
  }

  /**
   * Id of "User's sister Anna". Where "User's sister" is known and "Anna" is not, they are one from now on. She is never
   * the user, nor her own sister, whatever their names.
   * @param owner whose sister she is
   */
  enterKin({ kin, phrase, name }: KinPhrase, written: string, owner: string | null): string | null {
    const type = isAnimal(kin) ? "thing" : "person";
    if (name === null) return this.enter(written, type);
    const unnamed = this.#byId.get(phrase);
    const known = this.find(name);
    if (known === USER_ID || (known !== null && known === owner)) return this.#namesake(phrase, name, type);
    if (known === null && unnamed && unnamed.aliases.length === 0 && ![...this.#named.values()].includes(phrase)) {
      return this.#alias(unnamed, normalizeName(name));
    }
    return this.enter(name, type);
  }

  #known(normalized: string): string | null {
    const user = this.#byId.has(USER_ID) ? USER_ID : null;
    const namesake = this.#namesakes.get(normalized);
    if (namesake !== undefined) return namesake;
    if (this.#isSelf(normalized)) return user;
    if (this.#byId.has(normalized)) return normalized;
    const called = this.#byAlias.get(normalized) ?? this.#named.get(`"${normalized}"`);
    return called ?? (normalized === this.#owner ? user : null);
  }

  #namesake(phrase: string, name: string, type: EntityType): string {
    const id = `${phrase} ${normalizeName(name)}`;
    this.#namesakes.set(normalizeName(name), id);
    return this.#byId.has(id) ? id : this.#add({ id, name: displayName(name), type, aliases: [] });
  }

  /** "User's sister", where there is just one. */
  #onlyKin({ owner, kin }: KinPhrase): string | null {
    const of = this.find(owner);
    const all = this.#kin.get(`${of ?? ""} ${kinPredicate(kin)}`);
    return of !== null && all?.size === 1 ? [...all][0]! : null;
  }

  #similarTo(normalized: string): string | null {
    const id = this.#similar.get(normalized);
    const entity = id === undefined ? undefined : this.#byId.get(id);
    return entity ? this.#alias(entity, normalized) : null;
  }

  #isSelf(normalized: string): boolean {
    return isSelf(normalized) || this.#self.has(normalized);
  }

  #refined(id: string, type?: EntityType): string {
    const entity = this.#byId.get(id)!;
    if (entity.type !== "thing" || type === undefined || type === "thing") return id;
    return this.#add({ ...entity, type });
  }

  #alias(entity: GraphEntity, normalized: string): string {
    return this.#add({ ...entity, aliases: [...new Set([...entity.aliases, normalized])] });
  }

  #add(entity: GraphEntity): string {
    this.#changed.add(entity.id);
    return this.#index(entity);
  }

  #index(entity: GraphEntity): string {
    this.#byId.set(entity.id, entity);
    for (const alias of entity.aliases) this.#byAlias.set(alias, entity.id);
    return entity.id;
  }
}
