//! What happened to promotions. The database tells each thing once: its key is the promotion, the version and what it was.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::promotion::{PromotionChangeKind, authors};
use entity::column::{Json, Text};
use entity::promotion;
use entity::promotion::Model;
use entity::promotion_change::{ActiveModel, COLUMN, Column, Entity, Model as Change};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::actor::person_behind;
use crate::service::rows::{grouped, padded};
use crate::state::AppState;

/// Who did something to a promotion.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doer {
    actor: (ActorKind, Option<Uuid>),
    /// The staff member who did it or made the key that did.
    person_id: Option<Uuid>,
}

impl Doer {
    /// Time itself.
    pub(super) const TIME: Self = Self {
        actor: (ActorKind::System, None),
        person_id: None,
    };

    /// Finds who is behind a request.
    pub(super) async fn load<C: ConnectionTrait>(connection: &C, viewer: &Viewer) -> Result<Self> {
        let actor = viewer.actor();
        Ok(Self {
            actor,
            person_id: person_behind(connection, actor).await?,
        })
    }
}

/// Writes down what happened to a promotion, with its rule if that was written.
pub(super) async fn record(
    transaction: &DatabaseTransaction,
    promotion: &Model,
    kind: PromotionChangeKind,
    doer: Doer,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let is_written = matches!(
        kind,
        PromotionChangeKind::Created | PromotionChangeKind::Updated
    );
    let rule = is_written.then_some(promotion);
    let change = ActiveModel {
        promotion_id: Set(promotion.id),
        version: Set(promotion.version),
        kind: Set(Text(kind)),
        actor_kind: Set(Text(doer.actor.0)),
        actor_id: Set(doer.actor.1),
        person_id: Set(doer.person_id),
        reason: Set(reason.map(str::to_owned)),
        label: Set(rule.map(|rule| rule.label.clone())),
        conditions: Set(rule.map(|rule| rule.conditions.clone())),
        rewards: Set(rule.map(|rule| rule.rewards.clone())),
        settings: Set(rule.map(|rule| Json(rule.settings()))),
        created_at: Set(now),
    };
    Entity::insert(change)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Finds who wrote what a second person is to agree to.
pub(super) async fn load_authors(
    transaction: &DatabaseTransaction,
    promotion_id: Uuid,
) -> Result<BTreeSet<Uuid>> {
    let changes: Vec<(Text<PromotionChangeKind>, Option<Uuid>)> = Entity::find()
        .select_only()
        .columns([Column::Kind, Column::PersonId])
        .filter(COLUMN.promotion_id.eq(promotion_id))
        .order_by_asc(Column::Version)
        .order_by_asc(Column::CreatedAt)
        .into_tuple()
        .all(transaction)
        .await?;
    let changes: Vec<_> = changes
        .into_iter()
        .map(|(kind, person)| (kind.0, person))
        .collect();
    Ok(authors(&changes))
}

/// Loads what happened to promotions of the channel, by promotion; of each the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn changes_of_promotions(
    app: &AppState,
    viewer: &Viewer,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Change>>> {
    let of_channel = promotion::Entity::find()
        .select_only()
        .column(promotion::Column::Id)
        .filter(promotion::COLUMN.channel_id.eq(viewer.channel.id))
        .filter(promotion::COLUMN.id.is_in(padded(ids)))
        .into_query();
    let rows = Entity::find()
        .filter(Column::PromotionId.in_subquery(of_channel))
        .order_by_desc(Column::Version)
        .order_by_desc(Column::CreatedAt)
        .all(app.database.read())
        .await?;
    Ok(grouped(rows, |row| row.promotion_id))
}
