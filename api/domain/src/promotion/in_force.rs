//! When which rule of a promotion was in force, from what happened to it.

use chrono::{DateTime, Utc};

use super::lifecycle::PromotionChangeKind;
use super::reward::Reward;

/// Something that happened to a promotion.
#[derive(Clone, Copy, Debug)]
pub struct PromotionStep<'a> {
    /// What happened.
    pub kind: PromotionChangeKind,
    /// When.
    pub at: DateTime<Utc>,
    /// The rule from then on; `None` unless it was written.
    pub rule: Option<WrittenRule<'a>>,
}

/// What a version of a promotion gave, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenRule<'a> {
    /// What buyers got.
    pub rewards: &'a [Reward],
    /// When it was to start.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it was to end.
    pub ends_at: Option<DateTime<Utc>>,
}

/// Rewards that were given for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce<'a> {
    /// What buyers got.
    pub rewards: &'a [Reward],
    /// From this instant on.
    pub from: DateTime<Utc>,
    /// Before this instant; `None` while it lasts.
    pub until: Option<DateTime<Utc>>,
}

/// Tells when a promotion gave what, from what happened to it, the oldest first. What is still to start is told, too.
#[must_use]
pub fn in_force<'a>(steps: &[PromotionStep<'a>]) -> Vec<InForce<'a>> {
    let mut spans = Vec::new();
    let (mut is_on, mut rule): (bool, Option<WrittenRule<'a>>) = (false, None);
    let nexts = steps.iter().skip(1).map(|next| Some(next.at));
    for (step, next) in steps.iter().zip(nexts.chain([None])) {
        rule = step.rule.or(rule);
        is_on = match step.kind {
            // A change of what runs leaves it running.
            PromotionChangeKind::Created | PromotionChangeKind::Updated => is_on,
            PromotionChangeKind::Approved
            | PromotionChangeKind::Activated
            | PromotionChangeKind::Started => true,
            PromotionChangeKind::ApprovalRequested
            | PromotionChangeKind::Declined
            | PromotionChangeKind::Paused
            | PromotionChangeKind::Ended
            | PromotionChangeKind::Archived => false,
        };
        let Some(rule) = rule.filter(|_| is_on) else {
            continue;
        };
        let from = rule.starts_at.map_or(step.at, |start| start.max(step.at));
        let until = [next, rule.ends_at].into_iter().flatten().min();
        if until.is_none_or(|until| from < until) {
            spans.push(InForce {
                rewards: rule.rewards,
                from,
                until,
            });
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::{InForce, PromotionStep, WrittenRule, in_force};
    use crate::percent::Percent;
    use crate::promotion::{PromotionChangeKind as Kind, Reward};

    fn day(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    fn off(percent: &str) -> Vec<Reward> {
        vec![Reward::percent_off(Percent::parse(percent).unwrap())]
    }

    fn write(kind: Kind, at: i64, rewards: &[Reward], dates: (i64, i64)) -> PromotionStep<'_> {
        let date = |at: i64| (at >= 0).then(|| day(at));
        PromotionStep {
            rule: Some(WrittenRule {
                rewards,
                starts_at: date(dates.0),
                ends_at: date(dates.1),
            }),
            ..step(kind, at)
        }
    }

    fn step(kind: Kind, at: i64) -> PromotionStep<'static> {
        PromotionStep {
            kind,
            at: day(at),
            rule: None,
        }
    }

    fn span(rewards: &[Reward], from: i64, until: i64) -> InForce<'_> {
        InForce {
            rewards,
            from: day(from),
            until: (until >= 0).then(|| day(until)),
        }
    }

    #[test]
    fn a_rule_is_in_force_while_it_is_activated_and_between_its_dates() {
        let (tenth, fifth) = (off("10"), off("20"));
        for (name, steps, expected) in [
            (
                "a draft",
                vec![write(Kind::Created, 1, &tenth, (-1, -1))],
                vec![],
            ),
            (
                "from activation on",
                vec![
                    write(Kind::Created, 1, &tenth, (-1, -1)),
                    step(Kind::Activated, 3),
                ],
                vec![span(&tenth, 3, -1)],
            ),
            (
                "between its dates, whenever they are noticed",
                vec![
                    write(Kind::Created, 1, &tenth, (5, 9)),
                    step(Kind::Activated, 3),
                    step(Kind::Started, 6),
                    step(Kind::Ended, 10),
                ],
                vec![span(&tenth, 5, 6), span(&tenth, 6, 9)],
            ),
            (
                "not while paused",
                vec![
                    write(Kind::Created, 1, &tenth, (-1, -1)),
                    step(Kind::Activated, 3),
                    step(Kind::Paused, 4),
                    step(Kind::Activated, 8),
                    step(Kind::Paused, 9),
                    step(Kind::Archived, 9),
                ],
                vec![span(&tenth, 3, 4), span(&tenth, 8, 9)],
            ),
            (
                "each version for its time",
                vec![
                    write(Kind::Created, 1, &tenth, (-1, -1)),
                    step(Kind::Activated, 3),
                    write(Kind::Updated, 5, &fifth, (-1, 7)),
                ],
                vec![span(&tenth, 3, 5), span(&fifth, 5, 7)],
            ),
            (
                "from a second person's yes on",
                vec![
                    write(Kind::Created, 1, &tenth, (-1, -1)),
                    step(Kind::ApprovalRequested, 2),
                    step(Kind::Declined, 3),
                    step(Kind::ApprovalRequested, 4),
                    step(Kind::Approved, 5),
                ],
                vec![span(&tenth, 5, -1)],
            ),
            (
                "over before it was activated",
                vec![
                    write(Kind::Created, 1, &tenth, (-1, 2)),
                    step(Kind::Activated, 3),
                ],
                vec![],
            ),
        ] {
            assert_eq!(in_force(&steps), expected, "{name}");
        }
    }
}
