//! Members by their birthdays.

use chrono::NaiveDate;
use domain::birthday::birthdays_on;
use entity::member::{COLUMN, Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::error::Result;

/// Lists members with a proven address whose birthday is celebrated on a day, by id, so many after one at most.
pub(in crate::service) async fn born_on<C: ConnectionTrait>(
    connection: &C,
    day: NaiveDate,
    after: Uuid,
    at_most: u64,
) -> Result<Vec<Uuid>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(has_birthday(connection.get_database_backend(), day))
        .filter(COLUMN.email_verified_at.is_not_null())
        .filter(COLUMN.id.gt(after))
        .order_by_asc(Column::Id)
        .limit(at_most)
        .into_tuple()
        .all(connection)
        .await?)
}

/// Born on a day of any year, in the words of the database's index.
fn has_birthday(backend: DbBackend, day: NaiveDate) -> Expr {
    let days = birthdays_on(day);
    if backend == DbBackend::Sqlite {
        let days = days
            .iter()
            .map(|(month, day)| format!("{month:02}-{day:02}"));
        Expr::cust("substr(birthday, 6)").is_in(days)
    } else {
        let days = days.iter().map(|(month, day)| month * 100 + day);
        Expr::cust("(EXTRACT(MONTH FROM birthday) * 100 + EXTRACT(DAY FROM birthday))").is_in(days)
    }
}
