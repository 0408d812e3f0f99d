use async_graphql::{InputObject, MaybeUndefined};
use domain::decimal_text::parse_scaled;
use domain::tier::TierText;

use crate::error::Error;
use crate::graphql::input::patch;
use crate::graphql::money::MoneyInput;
use crate::graphql::scalar::{Decimal, Locale};
use crate::service::tier::TierPatch;

/// A tier's texts in one language.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberTierTranslationInput {
    /// Language.
    pub locale: Locale,
    /// Name to show.
    pub name: String,
    /// Benefits to show; those of the default language if empty.
    #[graphql(default)]
    pub benefits: Vec<String>,
}

/// Writable fields of a tier; what is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberTierInput {
    /// Short code, unique.
    pub code: String,
    /// 1 is lowest; needed when new.
    pub rank: Option<i32>,
    /// Name to show; needed when new.
    pub name: Option<String>,
    /// Benefits to show.
    pub benefits: Option<Vec<String>>,
    /// Texts in other languages.
    pub translations: Option<Vec<MemberTierTranslationInput>>,
    /// Spending in 12 months that reaches it, more than a lower rank's; needed when new.
    pub threshold: Option<MoneyInput>,
    /// Growth value in 12 months that reaches it instead of spending; all tiers in force have one, or none. Null lets
    /// spending count.
    pub growth_threshold: MaybeUndefined<i32>,
    /// Days a member keeps it when what counts no longer reaches it; 0 if left out when new.
    pub grace_days: Option<i32>,
    /// Factor on earned points, 1 to 100 with up to three decimals.
    pub points_multiplier: Option<Decimal>,
    /// Whether orders ship for free.
    pub free_shipping: Option<bool>,
    /// Whether it is in force; members leave a tier that is not.
    pub active: Option<bool>,
}

/// Input of memberTiersUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberTiersUpsertInput {
    /// Tiers, matched by code.
    pub member_tiers: Vec<MemberTierInput>,
}

impl TryFrom<MemberTiersUpsertInput> for Vec<TierPatch> {
    type Error = Error;

    fn try_from(input: MemberTiersUpsertInput) -> Result<Self, Error> {
        input
            .member_tiers
            .into_iter()
            .enumerate()
            .map(tier)
            .collect()
    }
}

fn tier((index, input): (usize, MemberTierInput)) -> Result<TierPatch, Error> {
    let index = index.to_string();
    let field = |name| ["memberTiers", index.as_str(), name];
    let threshold = input.threshold.map(TryInto::try_into).transpose().map_err(
        |error: domain::MoneyError| Error::invalid(&field("threshold"), error.to_string()),
    )?;
    let multiplier = input
        .points_multiplier
        .map(|factor| parse_scaled(&factor.0.to_string(), 3))
        .transpose()
        .map_err(|error| Error::invalid(&field("pointsMultiplier"), error.to_string()))?;
    let translations = input.translations.map(|texts| {
        texts
            .into_iter()
            .map(|text| {
                let MemberTierTranslationInput {
                    locale,
                    name,
                    benefits,
                } = text;
                (locale.0, TierText { name, benefits })
            })
            .collect()
    });
    Ok(TierPatch {
        code: input.code,
        rank: input.rank,
        name: input.name,
        benefits: input.benefits,
        translations,
        threshold,
        growth_threshold: patch(input.growth_threshold).map(|value| value.map(i64::from)),
        grace_days: input.grace_days,
        points_multiplier_thousandths: multiplier,
        free_shipping: input.free_shipping,
        active: input.active,
    })
}
