use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::Currency;
use domain::id::MemberTierId;
use domain::locale::Locale as Language;
use domain::permission::Permission;
use domain::tier::TierText;
use entity::{channel, member_tier};
use uuid::Uuid;

use super::loader::{ChangesOf, ProgressOf, TierOf};
use crate::error::Error;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::{Listed, Metered};
use crate::graphql::money::Money;
use crate::graphql::points::int;
use crate::graphql::scalar::{DateTime, Decimal, Locale};
use crate::service::tier::ChangeView;

/// A level of membership.
#[derive(Clone)]
pub struct MemberTier {
    row: member_tier::Model,
    currency: Currency,
}

impl MemberTier {
    /// Shows a tier of a channel.
    #[must_use]
    pub fn new(row: member_tier::Model, channel: &channel::Model) -> Self {
        Self {
            row,
            currency: channel.currency.0,
        }
    }

    /// Finds the tier a member has in the viewer's channel.
    ///
    /// # Errors
    /// A top-level error when the database does not answer.
    pub(in crate::graphql) async fn of_member(
        ctx: &Context<'_>,
        member_id: Uuid,
    ) -> Result<Option<Self>> {
        let row = ctx
            .loaders()?
            .load_one(TierOf(member_id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let channel = &ctx.viewer()?.channel;
        Ok(row.map(|row| Self::new(row.as_ref().clone(), channel)))
    }

    fn text(&self, ctx: &Context<'_>) -> Result<Option<&TierText>> {
        let locale = &ctx.viewer()?.locale;
        Ok(self.row.translations.get(locale.as_str()))
    }
}

/// A level of membership.
#[Object]
impl MemberTier {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        MemberTierId(self.row.id).to_string().into()
    }

    /// Short code, unique.
    fn code(&self) -> &str {
        &self.row.code
    }

    /// Name to show.
    fn name(&self, ctx: &Context<'_>) -> Result<&str> {
        let text = self.text(ctx)?;
        Ok(text.map_or(&self.row.name, |text| &text.name))
    }

    /// 1 is lowest.
    fn rank(&self) -> i32 {
        self.row.rank
    }

    /// Spending in 12 months that reaches it, unless there is a `growthThreshold`.
    fn threshold(&self) -> Money {
        domain::Money::new(self.row.threshold_minor, self.currency).into()
    }

    /// Growth value in 12 months that reaches it: points that rules gave, less what was taken back for returns. Null when
    /// spending reaches it.
    fn growth_threshold(&self) -> Option<Result<i32>> {
        self.row.growth_threshold.map(int)
    }

    /// Days a member keeps it when what counts no longer reaches it.
    fn grace_days(&self) -> i32 {
        self.row.grace_days
    }

    /// Factor on earned points.
    fn points_multiplier(&self) -> Decimal {
        let thousandths = i64::from(self.row.points_multiplier_thousandths);
        Decimal(rust_decimal::Decimal::new(thousandths, 3).normalize())
    }

    /// Whether orders ship for free.
    fn free_shipping(&self) -> bool {
        self.row.free_shipping
    }

    /// Benefits to show.
    fn benefits(&self, ctx: &Context<'_>) -> Result<&[String]> {
        let translated = self.text(ctx)?.map(|text| text.benefits.as_slice());
        Ok(translated
            .filter(|benefits| !benefits.is_empty())
            .unwrap_or(&self.row.benefits))
    }

    /// All texts by language. Needs permission MEMBER_READ.
    async fn translations(
        &self,
        ctx: &Context<'_>,
    ) -> Option<Result<Listed<MemberTierTranslation>>> {
        let texts = || {
            ctx.viewer()?
                .require(Permission::MemberRead)
                .map_err(|error| top_level(&error))?;
            self.row
                .translations
                .iter()
                .map(MemberTierTranslation::try_new)
                .collect()
        };
        Some(texts())
    }

    /// Whether it is in force.
    fn active(&self) -> bool {
        self.row.active
    }
}

/// A tier's texts in one language.
#[derive(SimpleObject)]
struct MemberTierTranslation {
    /// Language.
    locale: Locale,
    /// Name to show.
    name: String,
    /// Benefits to show; those of the default language if empty.
    benefits: Vec<String>,
}

impl MemberTierTranslation {
    fn try_new((tag, text): (&String, &TierText)) -> Result<Self> {
        let locale = Language::parse(tag).map_err(|error| top_level(&Error::internal(error)))?;
        Ok(Self {
            locale: Locale(locale),
            name: text.name.clone(),
            benefits: text.benefits.clone(),
        })
    }
}

/// Way to the next tier.
#[derive(SimpleObject)]
pub struct TierProgress {
    /// Spending in 12 months.
    spent: Money,
    /// Growth value in 12 months; null where spending counts.
    growth_value: Option<i32>,
    /// Tier above, null at the top.
    next: Option<MemberTier>,
    /// Spending still missing; null where growth value counts.
    missing: Option<Money>,
    /// Growth value still missing; null where spending counts.
    missing_growth_value: Option<i32>,
    /// Present tier holds until.
    valid_until: Option<DateTime>,
}

impl TierProgress {
    /// Loads a member's way to the next tier in the viewer's channel.
    ///
    /// # Errors
    /// A top-level error when the database does not answer.
    pub(in crate::graphql) async fn of_member(ctx: &Context<'_>, member_id: Uuid) -> Result<Self> {
        let way = ctx
            .loaders()?
            .load_one(ProgressOf(member_id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .ok_or_else(|| top_level(&Error::internal("a member without a way")))?;
        let channel = &ctx.viewer()?.channel;
        let (next, missing) = way.next.clone().unzip();
        let (missing, missing_growth_value) = match way.growth {
            Some(_) => (None, missing),
            None => (missing, None),
        };
        Ok(Self {
            spent: way.spent.into(),
            growth_value: way.growth.map(int).transpose()?,
            next: next.map(|row| MemberTier::new(row, channel)),
            missing: missing.map(|minor| domain::Money::new(minor, channel.currency.0).into()),
            missing_growth_value: missing_growth_value.map(int).transpose()?,
            valid_until: way.valid_until.map(DateTime),
        })
    }
}

/// Why a member changed tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::tier::TierChangeReason")]
pub enum TierChangeReason {
    /// What counts reached it.
    Reached,
    /// What counts had not reached the former one for too long.
    Lapsed,
    /// The former one is no longer in force.
    Retired,
}

/// A step from one tier to another.
#[derive(SimpleObject)]
pub struct MemberTierChange {
    /// Tier before, null below the first.
    from: Option<MemberTier>,
    /// Tier after, null below the first.
    to: Option<MemberTier>,
    /// Why.
    reason: TierChangeReason,
    /// Spending in the 12 months before.
    spent: Money,
    /// Growth value in the 12 months before; null where spending counted.
    growth_value: Option<i32>,
    /// When.
    occurred_at: DateTime,
}

impl MemberTierChange {
    /// Loads a member's steps in the viewer's channel, newest first.
    ///
    /// # Errors
    /// A top-level error when the database does not answer.
    pub(in crate::graphql) async fn of_member(
        ctx: &Context<'_>,
        member_id: Uuid,
    ) -> Result<Vec<Self>> {
        let steps = ctx
            .loaders()?
            .load_one(ChangesOf(member_id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(steps.len())?;
        let channel = &ctx.viewer()?.channel;
        steps
            .iter()
            .map(|step| Self::try_new(step, channel))
            .collect()
    }

    fn try_new(step: &ChangeView, channel: &channel::Model) -> Result<Self> {
        let tier = |row: &Option<member_tier::Model>| {
            row.as_ref()
                .map(|row| MemberTier::new(row.clone(), channel))
        };
        Ok(Self {
            from: tier(&step.from),
            to: tier(&step.to),
            reason: step.row.reason.0.into(),
            spent: domain::Money::new(step.row.spent_minor, channel.currency.0).into(),
            growth_value: step.row.growth_value.map(int).transpose()?,
            occurred_at: DateTime(step.row.occurred_at),
        })
    }
}
