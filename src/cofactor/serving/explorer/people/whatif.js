// Changes to somebody's ratings that are tried, kept for this visit, and undone; in this page's memory only.

/** Changes [{ item, title, value, from }]: value null takes a rating away, from null adds one. */
export class WhatIf {
  constructor(ratings) {
    this.stored = new Map(ratings.map((row) => [row.item, row.value]));
    this.kept = [];
    this.tried = [];
  }

  /** All changes, the later one of an item alone, and none that changes nothing. */
  get all() {
    return merged([...this.kept, ...this.tried], this.stored);
  }

  /** The changes that were kept, in the same form. */
  get keptAlone() {
    return merged(this.kept, this.stored);
  }

  /** Try a value for an item. */
  change({ item, title, value }) {
    this.tried = [...this.tried, { item, title, value, from: this.valueOf(item) }];
  }

  /** The value that an item has with all changes; null where it has none. */
  valueOf(item) {
    const change = this.all.find((one) => one.item === item);
    return change ? change.value : (this.stored.get(item) ?? null);
  }

  /** Take back the last step: a change that is tried, else one that was kept. */
  undo() {
    if (this.tried.length) this.tried = this.tried.slice(0, -1);
    else this.kept = this.kept.slice(0, -1);
  }

  /** From now on what is tried counts as what is. */
  keep() {
    this.kept = [...this.kept, ...this.tried];
    this.tried = [];
  }

  /** Back to what is stored. */
  clear() {
    this.kept = [];
    this.tried = [];
  }
}

function merged(changes, stored) {
  const latest = new Map(changes.map((one) => [one.item, one]));
  return [...latest.values()].filter(({ item, value }) => value !== (stored.get(item) ?? null)).map(({ item, value }) => ({ item, value }));
}
