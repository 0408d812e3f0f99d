//! Staff set the tiers of a channel by code.

use std::collections::BTreeMap;

use domain::locale::Locale;
use domain::money::Money;
use domain::order::OrderStatus;
use domain::permission::Permission;
use domain::points::PointsEntryKind;
use domain::text_enum::TextEnum as _;
use domain::tier::{self, TierText};
use entity::channel;
use entity::member_tier::{ActiveModel, COLUMN, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect, Statement,
};

use super::query::{active, ladder};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::member::MemberError;
use crate::service::settings::{assign, code, distinct, name};
use crate::state::AppState;

/// Most tiers of a channel in force.
const MAX_TIERS: usize = 20;
/// Highest rank.
const MAX_RANK: i32 = 1_000;
/// Most benefits of a tier.
const MAX_BENEFITS: usize = 20;
/// Longest grace, in days.
const MAX_GRACE_DAYS: i32 = 3_650;
/// Bounds of the factor on points, in thousandths.
const MULTIPLIER: std::ops::RangeInclusive<i64> = 1_000..=100_000;

/// A tier to create or change: what is left out stays.
#[derive(Clone, Debug)]
pub struct TierPatch {
    /// Short code, unique in the channel.
    pub code: String,
    /// Place among the tiers; needed when new.
    pub rank: Option<i32>,
    /// Name to show; needed when new.
    pub name: Option<String>,
    /// Benefits to show.
    pub benefits: Option<Vec<String>>,
    /// Texts in other languages.
    pub translations: Option<BTreeMap<Locale, TierText>>,
    /// Spending that reaches it; needed when new.
    pub threshold: Option<Money>,
    /// Growth value that reaches it, if that is what counts; `Some(None)` when spending does.
    pub growth_threshold: Option<Option<i64>>,
    /// Days a member keeps it when what counts no longer reaches it.
    pub grace_days: Option<i32>,
    /// Factor on earned points, in thousandths.
    pub points_multiplier_thousandths: Option<i64>,
    /// Whether orders ship for free.
    pub free_shipping: Option<bool>,
    /// Whether it is in force.
    pub active: Option<bool>,
}

/// Creates or changes tiers by code, all or none, and plans another look at every standing of the channel.
///
/// # Errors
/// [`Error::Forbidden`] without `MEMBER_WRITE`, [`Error::Invalid`] for a bad or missing value, or for tiers in force
/// that do not rise.
pub async fn upsert(
    app: &AppState,
    viewer: &Viewer,
    tiers: &[TierPatch],
) -> Result<Vec<Model>, MemberError> {
    viewer.require(Permission::MemberWrite)?;
    distinct("memberTiers", tiers.iter().map(|tier| tier.code.as_str()))?;
    let saved: Result<Vec<Model>> = app
        .database
        .retry(|| async {
            let transaction = app.database.begin().await?;
            // One at a time: whether tiers rise is seen only side by side.
            channel::Entity::find_by_id(viewer.channel.id)
                .lock_exclusive()
                .one(&transaction)
                .await?;
            let mut saved = Vec::with_capacity(tiers.len());
            for (index, tier) in tiers.iter().enumerate() {
                saved.push(save(app, viewer, &transaction, index, tier.clone()).await?);
            }
            check(&transaction, viewer).await?;
            review_all(app, &transaction, &viewer.channel).await?;
            transaction.commit().await?;
            Ok(saved)
        })
        .await;
    app.wake.wake();
    Ok(saved?)
}

async fn save(
    app: &AppState,
    viewer: &Viewer,
    transaction: &DatabaseTransaction,
    index: usize,
    patch: TierPatch,
) -> Result<Model> {
    let index = index.to_string();
    let field = |name| ["memberTiers", index.as_str(), name];
    let code = code(&patch.code, &field("code"))?;
    let existing = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.code.eq(code.as_str()))
        .one(transaction)
        .await?;
    let texts = checked(&patch, viewer, &field)?;
    let now = app.clock.now();
    let needed = |name| Error::invalid(&field(name), "a new tier needs it");
    let mut row = match &existing {
        Some(row) => ActiveModel {
            version: Set(row.version + 1),
            ..row.clone().into_active_model()
        },
        None => ActiveModel {
            id: Set(app.clock.new_id()),
            channel_id: Set(viewer.channel.id),
            code: Set(code),
            rank: Set(patch.rank.ok_or_else(|| needed("rank"))?),
            name: Set(texts.name.clone().ok_or_else(|| needed("name"))?),
            benefits: Set(Vec::new().into()),
            translations: Set(BTreeMap::new().into()),
            threshold_minor: Set(patch.threshold.ok_or_else(|| needed("threshold"))?.minor),
            growth_threshold: Set(None),
            grace_days: Set(0),
            points_multiplier_thousandths: Set(1_000),
            free_shipping: Set(false),
            active: Set(true),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        },
    };
    assign(&mut row.rank, patch.rank);
    assign(&mut row.name, texts.name);
    assign(&mut row.benefits, texts.benefits.map(Into::into));
    assign(&mut row.translations, texts.translations.map(Into::into));
    assign(
        &mut row.threshold_minor,
        patch.threshold.map(|money| money.minor),
    );
    assign(&mut row.growth_threshold, patch.growth_threshold);
    assign(&mut row.grace_days, patch.grace_days);
    assign(&mut row.points_multiplier_thousandths, texts.multiplier);
    assign(&mut row.free_shipping, patch.free_shipping);
    assign(&mut row.active, patch.active);
    row.updated_at = Set(now);
    Ok(if existing.is_none() {
        row.insert(transaction).await?
    } else {
        row.update(transaction).await?
    })
}

/// Values of a patch as they are stored.
struct Checked {
    name: Option<String>,
    benefits: Option<Vec<String>>,
    translations: Option<BTreeMap<String, TierText>>,
    multiplier: Option<i32>,
}

fn checked<'a>(
    patch: &TierPatch,
    viewer: &Viewer,
    field: &impl Fn(&'static str) -> [&'a str; 3],
) -> Result<Checked> {
    if patch
        .rank
        .is_some_and(|rank| !(1..=MAX_RANK).contains(&rank))
    {
        let message = format!("a rank lies between 1 and {MAX_RANK}");
        return Err(Error::invalid(&field("rank"), message));
    }
    if patch
        .threshold
        .is_some_and(|money| money.currency != viewer.channel.currency.0 || !money.is_positive())
    {
        let message = format!(
            "an amount in {}, more than 0",
            viewer.channel.currency.0.code()
        );
        return Err(Error::invalid(&field("threshold"), message));
    }
    if patch
        .growth_threshold
        .flatten()
        .is_some_and(|value| value <= 0)
    {
        return Err(Error::invalid(&field("growthThreshold"), "more than 0"));
    }
    if patch
        .grace_days
        .is_some_and(|days| !(0..=MAX_GRACE_DAYS).contains(&days))
    {
        let message = format!("0 to {MAX_GRACE_DAYS} days");
        return Err(Error::invalid(&field("graceDays"), message));
    }
    if patch
        .points_multiplier_thousandths
        .is_some_and(|factor| !MULTIPLIER.contains(&factor))
    {
        return Err(Error::invalid(
            &field("pointsMultiplier"),
            "a factor lies between 1 and 100",
        ));
    }
    let translations = patch.translations.as_ref().map(|texts| {
        texts
            .iter()
            .map(|(locale, text)| {
                let text = TierText {
                    name: name(&text.name, &field("translations"))?,
                    benefits: benefits(&text.benefits, &field("translations"))?,
                };
                Ok((locale.to_string(), text))
            })
            .collect::<Result<_>>()
    });
    Ok(Checked {
        name: patch
            .name
            .as_deref()
            .map(|text| name(text, &field("name")))
            .transpose()?,
        benefits: patch
            .benefits
            .as_deref()
            .map(|texts| benefits(texts, &field("benefits")))
            .transpose()?,
        translations: translations.transpose()?,
        multiplier: patch
            .points_multiplier_thousandths
            .map(i32::try_from)
            .transpose()
            .map_err(Error::internal)?,
    })
}

fn benefits(texts: &[String], field: &[&str]) -> Result<Vec<String>> {
    if texts.len() > MAX_BENEFITS {
        return Err(Error::invalid(
            field,
            format!("at most {MAX_BENEFITS} benefits"),
        ));
    }
    texts.iter().map(|text| name(text, field)).collect()
}

/// Holds the tiers in force to the rules of a ladder.
async fn check(transaction: &DatabaseTransaction, viewer: &Viewer) -> Result<()> {
    let rows = active(transaction, viewer.channel.id).await?;
    if rows.len() > MAX_TIERS {
        return Err(Error::invalid(
            &["memberTiers"],
            format!("at most {MAX_TIERS} tiers in force"),
        ));
    }
    ladder(&rows)
        .and_then(|(_, tiers)| tier::ladder(tiers))
        .map_err(|error| Error::invalid(&["memberTiers"], error.to_string()))?;
    Ok(())
}

/// Plans another look at everybody who stands anywhere, or who bought or earned something before there were tiers.
async fn review_all(
    app: &AppState,
    transaction: &DatabaseTransaction,
    channel: &channel::Model,
) -> Result<()> {
    let sql = "INSERT INTO member_standing (member_id, channel_id, review_at, updated_at) \
               SELECT member_id, channel_id, $1, $1 FROM \"order\" \
               WHERE channel_id = $2 AND status = $3 AND member_id IS NOT NULL \
               UNION SELECT member_id, $2, $1, $1 FROM points_transaction WHERE kind = $4 \
               ON CONFLICT (member_id, channel_id) DO UPDATE SET review_at = excluded.review_at";
    let values = vec![
        app.clock.now().into(),
        channel.id.into(),
        OrderStatus::Completed.as_str().into(),
        PointsEntryKind::Earn.as_str().into(),
    ];
    let statement = Statement::from_sql_and_values(app.database.backend(), sql, values);
    transaction.execute_raw(statement).await?;
    Ok(())
}
