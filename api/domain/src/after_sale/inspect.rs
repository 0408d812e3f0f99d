//! Goods came back: what arrived, and what of it is accepted in which condition.

use uuid::Uuid;

use super::kind::AfterSaleCondition;

/// So many units of a line in one condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The case's line.
    pub line: Uuid,
    /// Units accepted.
    pub units: u32,
    /// The condition they are in.
    pub condition: AfterSaleCondition,
}

/// What was found of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InspectedLine {
    /// The case's line.
    pub line: Uuid,
    /// Units accepted, whatever their condition.
    pub accepted: u32,
    /// Those of them that can be sold again.
    pub sellable: u32,
    /// The worst condition found.
    pub condition: AfterSaleCondition,
}

/// Why findings cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindingError {
    /// The case has no such line.
    #[error("finding {index} is about no line of the case")]
    UnknownLine {
        /// Place among the findings.
        index: usize,
    },
    /// The same was said before.
    #[error("finding {index} stands here twice")]
    Twice {
        /// Place among the findings.
        index: usize,
    },
    /// More units than there are.
    #[error("finding {index} speaks of more than {most} units")]
    TooMany {
        /// Place among the findings.
        index: usize,
        /// Units there are.
        most: u32,
    },
    /// What is not there cannot be accepted.
    #[error("finding {index} accepts what is missing")]
    Missing {
        /// Place among the findings.
        index: usize,
    },
    /// Nothing arrived at all.
    #[error("at least one unit")]
    Nothing,
    /// A line that arrived was not looked at.
    #[error("every line that arrived is examined")]
    Unexamined,
}

/// Checks what arrived of the lines asked for, each `(line, units)`; a line that is not named did not arrive.
///
/// # Errors
/// [`FindingError`], each as it says.
pub fn receive(
    asked: &[(Uuid, u32)],
    arrived: &[(Uuid, u32)],
) -> Result<Vec<(Uuid, u32)>, FindingError> {
    for (index, (line, units)) in arrived.iter().enumerate() {
        let most = units_of(asked, *line).ok_or(FindingError::UnknownLine { index })?;
        if arrived.iter().take(index).any(|(other, _)| other == line) {
            return Err(FindingError::Twice { index });
        }
        if *units > most {
            return Err(FindingError::TooMany { index, most });
        }
    }
    if arrived.iter().all(|(_, units)| *units == 0) {
        return Err(FindingError::Nothing);
    }
    Ok(asked
        .iter()
        .map(|(line, _)| (*line, units_of(arrived, *line).unwrap_or_default()))
        .collect())
}

/// Checks what was found of the lines that arrived, each `(line, units)`. One line may be found in several conditions.
///
/// # Errors
/// [`FindingError`], each as it says.
pub fn inspect(
    arrived: &[(Uuid, u32)],
    findings: &[Finding],
) -> Result<Vec<InspectedLine>, FindingError> {
    let mut lines: Vec<InspectedLine> = Vec::with_capacity(arrived.len());
    for (index, finding) in findings.iter().enumerate() {
        let most = units_of(arrived, finding.line).ok_or(FindingError::UnknownLine { index })?;
        let is_same =
            |other: &Finding| other.line == finding.line && other.condition == finding.condition;
        if findings.iter().take(index).any(is_same) {
            return Err(FindingError::Twice { index });
        }
        if finding.condition == AfterSaleCondition::Missing && finding.units > 0 {
            return Err(FindingError::Missing { index });
        }
        let sellable = match finding.condition {
            AfterSaleCondition::Sellable => finding.units,
            AfterSaleCondition::Damaged
            | AfterSaleCondition::WrongProduct
            | AfterSaleCondition::Missing => 0,
        };
        let before = lines.iter().position(|line| line.line == finding.line);
        let accepted = before
            .and_then(|place| lines.get(place))
            .map_or(0, |line| line.accepted)
            .saturating_add(finding.units);
        if accepted > most {
            return Err(FindingError::TooMany { index, most });
        }
        match before.and_then(|place| lines.get_mut(place)) {
            Some(line) => {
                line.accepted = accepted;
                line.sellable = line.sellable.saturating_add(sellable);
                line.condition = line.condition.max(finding.condition);
            }
            None => lines.push(InspectedLine {
                line: finding.line,
                accepted,
                sellable,
                condition: finding.condition,
            }),
        }
    }
    let is_examined = |(line, units): &(Uuid, u32)| {
        *units == 0 || lines.iter().any(|inspected| inspected.line == *line)
    };
    if arrived.iter().all(is_examined) {
        Ok(lines)
    } else {
        Err(FindingError::Unexamined)
    }
}

fn units_of(lines: &[(Uuid, u32)], line: Uuid) -> Option<u32> {
    lines
        .iter()
        .find(|(other, _)| *other == line)
        .map(|(_, units)| *units)
}

#[cfg(test)]
mod tests {
    use super::AfterSaleCondition as C;
    use super::*;

    const CUP: Uuid = Uuid::from_u128(1);
    const LID: Uuid = Uuid::from_u128(2);
    const OTHER: Uuid = Uuid::from_u128(9);

    fn found(line: Uuid, units: u32, condition: C) -> Finding {
        Finding {
            line,
            units,
            condition,
        }
    }

    #[test]
    fn no_more_arrives_than_was_asked_for() {
        let asked = [(CUP, 2), (LID, 1)];
        assert_eq!(receive(&asked, &[(CUP, 1)]), Ok(vec![(CUP, 1), (LID, 0)]));
        let cases = [
            (vec![(OTHER, 1)], FindingError::UnknownLine { index: 0 }),
            (vec![(CUP, 1), (CUP, 1)], FindingError::Twice { index: 1 }),
            (
                vec![(LID, 1), (CUP, 3)],
                FindingError::TooMany { index: 1, most: 2 },
            ),
            (vec![(CUP, 0)], FindingError::Nothing),
            (vec![], FindingError::Nothing),
        ];
        for (arrived, expected) in cases {
            assert_eq!(receive(&asked, &arrived), Err(expected), "{arrived:?}");
        }
    }

    #[test]
    fn units_of_one_line_may_be_in_several_conditions() {
        let arrived = [(CUP, 3), (LID, 0)];
        let findings = [
            found(CUP, 1, C::Damaged),
            found(CUP, 2, C::Sellable),
            found(LID, 0, C::Missing),
        ];
        let line = |line, accepted, sellable, condition| InspectedLine {
            line,
            accepted,
            sellable,
            condition,
        };
        assert_eq!(
            inspect(&arrived, &findings),
            Ok(vec![
                line(CUP, 3, 2, C::Damaged),
                line(LID, 0, 0, C::Missing)
            ])
        );
    }

    #[test]
    fn no_more_is_accepted_than_arrived() {
        let arrived = [(CUP, 2), (LID, 1)];
        let lid = found(LID, 1, C::Sellable);
        let cases = [
            (
                vec![lid, found(OTHER, 1, C::Sellable)],
                FindingError::UnknownLine { index: 1 },
            ),
            (vec![lid, lid], FindingError::Twice { index: 1 }),
            (
                vec![lid, found(CUP, 1, C::Sellable), found(CUP, 2, C::Damaged)],
                FindingError::TooMany { index: 2, most: 2 },
            ),
            (
                vec![found(LID, 1, C::Missing)],
                FindingError::Missing { index: 0 },
            ),
            (vec![lid], FindingError::Unexamined),
        ];
        for (findings, expected) in cases {
            assert_eq!(inspect(&arrived, &findings), Err(expected), "{findings:?}");
        }
    }
}
