//! Staff save segments by code.

use domain::permission::Permission;
use domain::segment::Rule;
use entity::segment::{ActiveModel, COLUMN, Entity, Model};
use entity::{category, member_group, member_tier, product};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::member::MemberError;
use crate::service::settings::{assign, code, distinct, name};
use crate::state::AppState;

/// Most segments of a channel.
const MAX_SEGMENTS: u64 = 200;

/// A segment to create or change: what is left out stays.
#[derive(Clone, Debug)]
pub struct SegmentPatch {
    /// Short code, unique in the channel.
    pub code: String,
    /// Name for staff; needed when new.
    pub name: Option<String>,
    /// Who is in it; needed when new.
    pub rule: Option<Rule>,
}

/// Creates or changes segments by code, all or none; in the order given.
///
/// # Errors
/// [`Error::Forbidden`] without `MEMBER_WRITE`, [`Error::Invalid`] for a bad or missing value.
pub async fn upsert(
    app: &AppState,
    viewer: &Viewer,
    segments: &[SegmentPatch],
) -> Result<Vec<Model>, MemberError> {
    viewer.require(Permission::MemberWrite)?;
    distinct(
        "segments",
        segments.iter().map(|segment| segment.code.as_str()),
    )?;
    let saved: Result<Vec<Model>> = app
        .database
        .retry(|| async {
            let transaction = app.database.begin().await?;
            let mut saved = Vec::with_capacity(segments.len());
            for (index, segment) in segments.iter().enumerate() {
                saved.push(save(app, viewer, &transaction, index, segment.clone()).await?);
            }
            let count = Entity::find()
                .filter(COLUMN.channel_id.eq(viewer.channel.id))
                .count(&transaction)
                .await?;
            if count > MAX_SEGMENTS {
                let message = format!("a channel has at most {MAX_SEGMENTS} segments");
                return Err(Error::invalid(&["segments"], message));
            }
            transaction.commit().await?;
            Ok(saved)
        })
        .await;
    Ok(saved?)
}

async fn save(
    app: &AppState,
    viewer: &Viewer,
    transaction: &DatabaseTransaction,
    index: usize,
    patch: SegmentPatch,
) -> Result<Model> {
    let index = index.to_string();
    let field = |name| ["segments", index.as_str(), name];
    let code = code(&patch.code, &field("code"))?;
    let name = patch
        .name
        .map(|text| name(&text, &field("name")))
        .transpose()?;
    if let Some(rule) = &patch.rule {
        rule.check(viewer.channel.currency.0)
            .map_err(|error| Error::invalid(&field("rule"), error.to_string()))?;
        check_references(transaction, viewer.channel.id, rule, &field("rule")).await?;
    }
    let existing = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.code.eq(code.as_str()))
        .one(transaction)
        .await?;
    let needed = |name| Error::invalid(&field(name), "a new segment needs it");
    let now = app.clock.now();
    let Some(row) = existing else {
        let row = ActiveModel {
            id: Set(app.clock.new_id()),
            channel_id: Set(viewer.channel.id),
            code: Set(code),
            name: Set(name.ok_or_else(|| needed("name"))?),
            rule: Set(patch.rule.ok_or_else(|| needed("rule"))?.into()),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        };
        return Ok(row.insert(transaction).await?);
    };
    let version = row.version + 1;
    let mut row = row.into_active_model();
    assign(&mut row.name, name);
    assign(&mut row.rule, patch.rule.map(Into::into));
    row.version = Set(version);
    row.updated_at = Set(now);
    Ok(row.update(transaction).await?)
}

/// What a rule names must exist: a mistyped id would make a segment that is silently empty.
async fn check_references(
    transaction: &DatabaseTransaction,
    channel_id: Uuid,
    rule: &Rule,
    field: &[&str],
) -> Result<()> {
    let named = rule.named();
    let tiers = member_tier::Entity::find()
        .filter(member_tier::COLUMN.channel_id.eq(channel_id))
        .filter(member_tier::COLUMN.id.is_in(named.tier_ids.iter().copied()))
        .count(transaction)
        .await?;
    let groups = member_group::Entity::find()
        .filter(member_group::COLUMN.channel_id.eq(channel_id))
        .filter(
            member_group::COLUMN
                .id
                .is_in(named.group_ids.iter().copied()),
        )
        .count(transaction)
        .await?;
    let products = product::Entity::find()
        .filter(product::COLUMN.id.is_in(named.product_ids.iter().copied()))
        .count(transaction)
        .await?;
    let categories = category::Entity::find()
        .filter(
            category::COLUMN
                .id
                .is_in(named.category_ids.iter().copied()),
        )
        .count(transaction)
        .await?;
    for (what, found, ids) in [
        ("tier", tiers, &named.tier_ids),
        ("group", groups, &named.group_ids),
        ("product", products, &named.product_ids),
        ("category", categories, &named.category_ids),
    ] {
        if usize::try_from(found).ok() != Some(ids.len()) {
            return Err(Error::invalid(
                field,
                format!("names a {what} that does not exist"),
            ));
        }
    }
    Ok(())
}
