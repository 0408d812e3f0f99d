//! Ways gone through in short lead where the same ways lead line by line.

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};

use super::properties::promotions;
use super::varied::varied;
use super::{currency, now};
use crate::pricing::blocks::Blocks;
use crate::pricing::candidate::consider;
use crate::pricing::exempt::without_tax;
use crate::pricing::run::Context;
use crate::pricing::sheet::{Bill, ByLine, Left as _};
use crate::pricing::short::Short;
use crate::promotion::{Promotion, PromotionClass};
use crate::text_enum::TextEnum as _;

/// Takes away what makes promotions look at each other, so that some count whatever else does.
fn unfold(promotion: &mut Promotion) {
    promotion.combination.combines_with = PromotionClass::ALL.iter().copied().collect();
    if !promotion.id.as_u128().is_multiple_of(3) {
        promotion.combination.is_exclusive = false;
        promotion.min_payable = None;
        promotion.max_discount = None;
        promotion.budget_left = None;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn a_way_in_short_leads_where_it_leads_line_by_line(
        (mut draft, mut rules) in varied(), more in promotions(currency("EUR"), 11, 9),
        choices in vec(vec(any::<bool>(), 17), 1..12), is_unfolded: bool,
    ) {
        if draft.currency == currency("EUR") {
            rules.promotions.extend(more);
        }
        let by_coupon = draft.coupons.iter_mut();
        let by_coupon = by_coupon.map(|entered| &mut entered.facts.as_mut().unwrap().promotion);
        if is_unfolded {
            rules.promotions.iter_mut().chain(by_coupon).for_each(unfold);
        }
        let (draft, rules) = without_tax(&draft, &rules).unwrap();
        let bill = Bill::try_new(&draft, &rules.tax_rates).unwrap();
        let candidates = consider(&draft, &rules, &bill, now()).unwrap();
        let context = Context { draft: &draft, rules: &rules, bill: &bill, candidates: &candidates };
        // What one way learned, the next ones use.
        let mut known = Blocks::new(&bill, &candidates);
        for choice in &choices {
            // Only promotions that compete are ever left out.
            let chosen: Vec<bool> = candidates.iter().zip(choice)
                .map(|(candidate, is_chosen)| *is_chosen || candidate.contest().is_none()).collect();
            let by_line = context.run(ByLine::new(&bill), &chosen).unwrap();
            let short = context.run(Short::new(&mut known), &chosen).unwrap();
            assert_eq!(short.sheet.goods.by_line(), by_line.sheet.goods.by_line());
            assert_eq!(short.sheet.goods.all(), by_line.sheet.goods.all());
            assert_eq!(short.sheet.shipping_left, by_line.sheet.shipping_left);
            assert_eq!(context.cost(&short), context.cost(&by_line));
            assert_eq!(short.factor, by_line.factor);
            for (place, candidate) in candidates.iter().enumerate() {
                if candidate.contest().is_some() || candidate.is_on_shipping {
                    assert_eq!(format!("{:?}", short.states[place]), format!("{:?}", by_line.states[place]));
                }
            }
        }
    }
}
