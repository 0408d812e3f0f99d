//! Which units of a cart are cheaper under "buy some, get some cheaper".

/// Units of one line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Units {
    pub(super) count: u32,
    /// What all of them cost.
    pub(super) amount: i64,
    /// Whether they count as bought.
    pub(super) buys: bool,
    /// Whether they can be the cheaper ones.
    pub(super) gets: bool,
}

/// How many units make a bundle, and how many bundles may count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bundle {
    pub(super) buy: u32,
    pub(super) get: u32,
    pub(super) max_uses: Option<u32>,
}

/// Units of one price within a line.
struct Segment {
    unit_price: i64,
    place: usize,
    count: u64,
    buys: bool,
}

impl Bundle {
    /// Gives for each line what its cheaper units cost, in the order of the lines. No unit is bought and got at once.
    ///
    /// # Errors
    ///
    /// The units missing for a first bundle.
    pub(super) fn cheaper(self, lines: &[Units]) -> Result<Vec<i64>, u64> {
        let count = |is_meant: fn(&Units) -> bool| -> u64 {
            let meant = lines.iter().filter(|line| is_meant(line));
            meant.map(|line| u64::from(line.count)).sum()
        };
        let (buy, get) = (u64::from(self.buy), u64::from(self.get));
        let (buys, gets) = (count(|line| line.buys), count(|line| line.gets));
        let either = count(|line| line.buys || line.gets);
        let fits = |have: u64, need: u64| have.checked_div(need).unwrap_or(0);
        // Bundles exist exactly when both sides alone and the two together have enough units.
        let uses = fits(buys, buy)
            .min(fits(gets, get))
            .min(fits(either, buy.saturating_add(get)))
            .min(self.max_uses.map_or(u64::MAX, u64::from));
        if uses == 0 {
            let lacks = |have: u64, need: u64| need.saturating_sub(have);
            let missing = lacks(buys, buy)
                .max(lacks(gets, get))
                .max(lacks(either, buy.saturating_add(get)));
            return Err(missing.max(1));
        }
        let mut wanted = uses.saturating_mul(get);
        // Units of both kinds that are not needed as bought ones.
        let mut spare = buys.saturating_sub(uses.saturating_mul(buy));
        let mut cheaper = vec![0; lines.len()];
        for segment in segments(lines) {
            let most = if segment.buys { spare } else { u64::MAX };
            let taken = segment.count.min(wanted).min(most);
            wanted = wanted.saturating_sub(taken);
            if segment.buys {
                spare = spare.saturating_sub(taken);
            }
            if let Some(amount) = cheaper.get_mut(segment.place) {
                // Part of the line's amount, which fits.
                let units = i64::try_from(taken).unwrap_or(i64::MAX);
                *amount += segment.unit_price.saturating_mul(units);
            }
        }
        Ok(cheaper)
    }
}

/// Lists the units that can be cheaper, the cheapest first; of one price, by line.
fn segments(lines: &[Units]) -> Vec<Segment> {
    let mut segments = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        if !line.gets || line.count == 0 {
            continue;
        }
        let count = i64::from(line.count);
        let (unit_price, dearer) = (line.amount / count, line.amount % count);
        let parts = [
            (unit_price, count - dearer),
            (unit_price.saturating_add(1), dearer),
        ];
        for (unit_price, count) in parts {
            if count > 0 {
                segments.push(Segment {
                    unit_price,
                    place,
                    count: count.unsigned_abs(),
                    buys: line.buys,
                });
            }
        }
    }
    segments.sort_by_key(|segment| (segment.unit_price, segment.place));
    segments
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};

    use super::{Bundle, Units};

    fn both(count: u32, unit_price: i64) -> Units {
        Units {
            count,
            amount: unit_price * i64::from(count),
            buys: true,
            gets: true,
        }
    }

    fn bundle(buy: u32, get: u32) -> Bundle {
        Bundle {
            buy,
            get,
            max_uses: None,
        }
    }

    #[test]
    fn the_cheapest_units_are_cheaper() {
        let three_for_two = bundle(2, 1);
        let lines = [both(2, 999), both(1, 333), both(3, 500)];
        // Six units make two bundles: the cheapest two cost 3.33 and 5.00.
        assert_eq!(three_for_two.cheaper(&lines), Ok(vec![0, 333, 500]));
        assert_eq!(three_for_two.cheaper(&[both(2, 999)]), Err(1));
        let once = Bundle {
            max_uses: Some(1),
            ..three_for_two
        };
        assert_eq!(once.cheaper(&lines), Ok(vec![0, 333, 0]));
    }

    #[test]
    fn units_needed_as_bought_are_not_got() {
        let only_buys = Units {
            gets: false,
            ..both(1, 100)
        };
        let only_gets = Units {
            buys: false,
            ..both(1, 900)
        };
        // Buy 2 get 1: the bought ones are the 1.00 and one of the two at 2.00; the other at 2.00 could be got.
        let lines = [only_buys, both(2, 200), only_gets];
        assert_eq!(bundle(2, 1).cheaper(&lines), Ok(vec![0, 200, 0]));
        // Buy 3 get 1 needs both at 2.00 as bought, so that the dear one is got.
        assert_eq!(bundle(3, 1).cheaper(&lines), Ok(vec![0, 0, 900]));
        assert_eq!(bundle(4, 1).cheaper(&lines), Err(1));
        assert_eq!(bundle(1, 1).cheaper(&[only_buys]), Err(1));
        assert_eq!(bundle(2, 2).cheaper(&[]), Err(4));
    }

    #[test]
    fn a_line_with_odd_cents_gives_its_cheaper_units_first() {
        let odd = Units {
            amount: 100,
            ..both(3, 0)
        };
        assert_eq!(bundle(2, 1).cheaper(&[odd]), Ok(vec![33]));
        assert_eq!(bundle(1, 2).cheaper(&[odd]), Ok(vec![66]));
    }

    proptest! {
        /// Against a list of single units, from which bundles are made by trying.
        #[test]
        fn it_agrees_with_units_taken_one_by_one(
            lines in vec((1_u32..5, 0_i64..20, any::<bool>(), any::<bool>()), 0..6), buy in 1_u32..4, get in 1_u32..4,
        ) {
            let lines: Vec<Units> = lines.into_iter().map(|(count, price, buys, gets)| Units { buys, gets, ..both(count, price) }).collect();
            let mut units: Vec<(i64, usize, bool)> = lines.iter().enumerate().filter(|(_, line)| line.gets)
                .flat_map(|(place, line)| (0..line.count).map(move |_| (line.amount / i64::from(line.count), place, line.buys))).collect();
            units.sort_unstable();
            let only_buys: u32 = lines.iter().filter(|line| line.buys && !line.gets).map(|line| line.count).sum();
            // For each number of bundles: take the cheapest units that leave enough to be bought.
            let take = |uses: u32| -> Option<Vec<i64>> {
                let mut taken = vec![0; lines.len()];
                let mut free: u32 = only_buys + u32::try_from(units.iter().filter(|unit| unit.2).count()).unwrap();
                let mut wanted = uses * get;
                for (price, place, buys) in &units {
                    if wanted > 0 && (!buys || free > uses * buy) {
                        free -= u32::from(*buys);
                        wanted -= 1;
                        taken[*place] += price;
                    }
                }
                (wanted == 0 && free >= uses * buy).then_some(taken)
            };
            let expected = (1..=30).rev().find_map(take);
            assert_eq!(bundle(buy, get).cheaper(&lines).ok(), expected);
        }
    }
}
