//! Small helpers between rows and values, the same for both databases.

use std::fmt::Write;

use jiff::Timestamp;
use sqlx::{
    Any, AnyConnection, AssertSqlSafe, Decode, Row, Type,
    any::{AnyArguments, AnyRow},
};

use crate::StoreError;

pub(crate) type Query<'q> = sqlx::query::Query<'q, Any, AnyArguments>;

/// Parameters in one statement. SQLite looks names of parameters up one after the other, so that
/// the cost of a statement grows with the square of this.
const MAX_PARAMETERS: usize = 1_000;
/// The same where the values of rows are long and many: the square is dearer than a statement more.
const MAX_VALUES: usize = 400;

/// Inserts rows, many in one statement. `head` is `insert into t (a, b)`, `tail` what follows the
/// values, `bind` binds the `columns` values of one row.
pub(crate) async fn insert_all<'r, R: Sync>(
    db: &mut AnyConnection,
    head: &str,
    columns: usize,
    tail: &str,
    rows: &'r [R],
    bind: impl Fn(Query<'r>, &'r R) -> Query<'r>,
) -> Result<(), StoreError> {
    for rows in powers_of_two(rows, MAX_VALUES / columns) {
        let sql = format!("{head} values {} {tail}", tuples(0, rows.len(), columns));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in rows {
            query = bind(query, row);
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// Rows for many keys. `sql` reads the keys from a table `wanted (key)` and has `before` parameters
/// of its own, which `bind` binds. (A table, as PostgreSQL compares a long list of parameters with
/// every row where it has no statistics yet. For the same reason what grows fast is not joined but
/// looked up by a scalar query a key: a join of a table that it takes for small reads all of it.)
pub(crate) async fn select_all<'k, K: Sync, T>(
    db: &mut AnyConnection,
    sql: &str,
    before: usize,
    keys: &'k [K],
    bind: impl Fn(Query<'k>) -> Query<'k>,
    bind_key: impl Fn(Query<'k>, &'k K) -> Query<'k>,
    read: impl Fn(&AnyRow) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    for keys in powers_of_two(keys, MAX_PARAMETERS - before) {
        let keys_list = tuples(before, keys.len(), 1);
        let sql = format!("with wanted (key) as (values {keys_list}) {sql}");
        let mut query = bind(sqlx::query(AssertSqlSafe(sql)));
        for key in keys {
            query = bind_key(query, key);
        }
        for row in query.fetch_all(&mut *db).await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// Cuts `items` into pieces whose lengths are powers of two, the largest first. A statement for any
/// number of rows is then one of a few texts, and the connection has it prepared already.
fn powers_of_two<T>(mut items: &[T], max: usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = 1 << items.len().min(max).checked_ilog2()?;
        let (piece, rest) = items.split_at(length);
        items = rest;
        Some(piece)
    })
}

/// `($6,$7),($8,$9)` for two rows of two columns after five other parameters.
fn tuples(before: usize, rows: usize, columns: usize) -> String {
    let mut out = String::with_capacity(rows * (2 + 5 * columns));
    for row in 0..rows {
        out.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { "," };
            // Writing to a string does not fail.
            let _ = write!(out, "{comma}${}", before + row * columns + column + 1);
        }
        out.push(')');
    }
    out
}

/// A value of a row.
pub(crate) fn get<'r, T>(row: &'r AnyRow, column: &'static str) -> Result<T, StoreError>
where
    T: Decode<'r, Any> + Type<Any>,
{
    Ok(row.try_get(column)?)
}

/// A count or index. Negative ones are not written.
pub(crate) fn get_usize(row: &AnyRow, column: &'static str) -> Result<usize, StoreError> {
    let value: i64 = get(row, column)?;
    usize::try_from(value).map_err(|_| corrupt(column, &value))
}

/// A row number that becomes an id.
pub(crate) fn get_id<T>(
    row: &AnyRow,
    column: &'static str,
    new: impl Fn(u64) -> Option<T>,
) -> Result<T, StoreError> {
    to_id(column, get(row, column)?, new)
}

/// A stored number as an id.
pub(crate) fn to_id<T>(
    column: &'static str,
    value: i64,
    new: impl Fn(u64) -> Option<T>,
) -> Result<T, StoreError> {
    u64::try_from(value)
        .ok()
        .and_then(new)
        .ok_or_else(|| corrupt(column, &value))
}

/// A time, to the microsecond.
pub(crate) fn get_time(row: &AnyRow, column: &'static str) -> Result<Timestamp, StoreError> {
    let value: &str = get(row, column)?;
    value.parse().map_err(|_| corrupt(column, value))
}

/// How a time is stored: of one width, so that the order of texts is the order of times.
pub(crate) fn time_text(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// A value by its wire name.
pub(crate) fn get_wire<T: Copy>(
    row: &AnyRow,
    column: &'static str,
    all: &[(T, &'static str, &'static str)],
) -> Result<T, StoreError> {
    let value: &str = get(row, column)?;
    from_wire(all, value).ok_or_else(|| corrupt(column, value))
}

/// The wire name of a value in the domain's table `all`.
pub(crate) fn wire<T: Copy + PartialEq>(
    all: &[(T, &'static str, &'static str)],
    value: T,
) -> &'static str {
    all.iter()
        .find(|(other, _, _)| *other == value)
        .map_or("", |(_, name, _)| name)
}

/// The value with this wire name.
pub(crate) fn from_wire<T: Copy>(all: &[(T, &'static str, &'static str)], name: &str) -> Option<T> {
    all.iter()
        .find(|(_, other, _)| *other == name)
        .map(|(value, _, _)| *value)
}

pub(crate) fn corrupt(column: &'static str, value: &(impl ToString + ?Sized)) -> StoreError {
    StoreError::Corrupt {
        column,
        value: value.to_string(),
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// For the database, whose integers are signed. Ids stay far below the limit.
pub(crate) fn signed(id: u64) -> i64 {
    id.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::powers_of_two;

    #[test]
    fn pieces_are_few_sizes_and_leave_nothing_out() {
        for length in 0..200 {
            let items: Vec<usize> = (0..length).collect();
            let pieces: Vec<&[usize]> = powers_of_two(&items, 62).collect();
            assert_eq!(pieces.concat(), items);
            for piece in pieces {
                assert!(piece.len() <= 32 && piece.len().is_power_of_two());
            }
        }
    }
}
