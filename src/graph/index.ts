/** Entities and relations: pure functions over the rows of one scope. */
export { planDeletion } from "./deletion.ts";
export { EntityBook } from "./entity-book.ts";
export { entitiesByMemory, entitiesIn, entityOverlap } from "./mentions.ts";
export { mentions, normalizeName, USER_ID } from "./names.ts";
export { MAX_DRAFTS, planRelations, type RelationsInput, type RelationsPlan } from "./plan.ts";
export { isSingle, readPredicate, typesOf } from "./predicates.ts";
export { orphans, statementKey, type GraphEntity, type GraphRelation, type GraphRows } from "./rows.ts";
export { planUndo } from "./undo.ts";
export { changesOf, graphView, relationsAround, rowsNear } from "./view.ts";
