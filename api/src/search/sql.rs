//! SQL put together from parts, values always bound.

use sea_orm::{DbBackend, Statement, Value};

/// SQL with `?` where its values go; the texts are constants of this program, never input.
#[derive(Clone, Debug, Default)]
pub(super) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Begins with a constant text.
    pub(super) fn new(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    /// Adds a constant text.
    pub(super) fn text(mut self, text: &'static str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Adds a value.
    pub(super) fn value(mut self, value: impl Into<Value>) -> Self {
        self.text.push('?');
        self.values.push(value.into());
        self
    }

    /// Adds `(?, ?, …)`; an empty list matches nothing.
    pub(super) fn list<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.text.push('(');
        let mut is_empty = true;
        for value in values {
            if !is_empty {
                self.text.push_str(", ");
            }
            is_empty = false;
            self = self.value(value);
        }
        if is_empty {
            self.text.push_str("NULL");
        }
        self.text.push(')');
        self
    }

    /// Adds another part.
    pub(super) fn part(mut self, other: Self) -> Self {
        self.text.push_str(&other.text);
        self.values.extend(other.values);
        self
    }

    /// The statement in a database's own way of naming values.
    pub(super) fn statement(self, backend: DbBackend) -> Statement {
        let text = if backend == DbBackend::Postgres {
            numbered(&self.text)
        } else {
            self.text
        };
        Statement::from_sql_and_values(backend, text, self.values)
    }
}

fn numbered(text: &str) -> String {
    let mut numbered = String::with_capacity(text.len() + 16);
    let mut count = 0_usize;
    for letter in text.chars() {
        if letter == '?' {
            count += 1;
            numbered.push('$');
            numbered.push_str(&count.to_string());
        } else {
            numbered.push(letter);
        }
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_for_postgres_and_bound_in_order() {
        let sql = Sql::new("SELECT 1 WHERE a = ")
            .value("x'; --")
            .text(" AND b IN ")
            .list([1_i64, 2])
            .part(Sql::new(" AND c IN ").list(Vec::<i64>::new()));
        let statement = sql.clone().statement(DbBackend::Postgres);
        assert_eq!(
            statement.sql,
            "SELECT 1 WHERE a = $1 AND b IN ($2, $3) AND c IN (NULL)"
        );
        assert_eq!(statement.values.unwrap().0.len(), 3);
        assert_eq!(
            sql.statement(DbBackend::Sqlite).sql,
            "SELECT 1 WHERE a = ? AND b IN (?, ?) AND c IN (NULL)"
        );
    }
}
