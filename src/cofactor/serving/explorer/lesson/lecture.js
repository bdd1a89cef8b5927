// The lecture's own example, for where the model's people may not be shown or have not rated in stars.

export const PEOPLE = ["Alice", "Bob", "Carol", "Dave"];
export const FILMS = ["Inception", "Toy Story", "The Matrix", "Frozen", "Interstellar"];
export const TABLE = [
  [5, null, 4, null, 5],
  [null, 5, null, 4, null],
  [3, 4, null, 5, 2],
  [null, null, 5, null, 4],
];

/** The known cells, row by row: [{ user, item, value }]. */
export const RATINGS = TABLE.flatMap((row, user) =>
  row.flatMap((value, item) => (value === null ? [] : [{ user, item, value }])),
);
