//! What goes back when units of an order are called off.

use uuid::Uuid;

use super::{Draft, RefundError, RefundPlan, Refundable};

impl Refundable {
    /// Plans to give back what units cost that the buyer will not get, as far as they and the money are not back already, and less
    /// what the buyer owes; `None` when all of them are back.
    ///
    /// # Errors
    /// [`RefundError::UnknownLine`]; [`RefundError::Money`] when the sums cannot be computed.
    pub fn plan_units(&self, units: &[(Uuid, u32)]) -> Result<Option<RefundPlan>, RefundError> {
        self.plan_part(units, false)
    }

    /// The same when nothing takes their place: the shipping goes with the last unit of the order, if the shop has to answer
    /// for what came back last.
    ///
    /// # Errors
    /// As [`Self::plan_units`].
    pub fn plan_called_off(
        &self,
        units: &[(Uuid, u32)],
    ) -> Result<Option<RefundPlan>, RefundError> {
        self.plan_part(units, self.bears_shipping)
    }

    fn plan_part(
        &self,
        units: &[(Uuid, u32)],
        bears_shipping: bool,
    ) -> Result<Option<RefundPlan>, RefundError> {
        let mut draft = Draft::new(self.currency);
        for (index, (id, called_off)) in units.iter().enumerate() {
            let line = self.lines.iter().find(|line| line.id == *id);
            let line = line.ok_or(RefundError::UnknownLine { index })?;
            let units = line.units.min(*called_off);
            if units > 0 {
                draft.add_line(line, units)?;
            }
        }
        if draft.lines.is_empty() {
            return Ok(None);
        }
        if bears_shipping && self.is_emptied_by(&draft) {
            let left = self.shipping_left()?;
            draft.add_shipping(&self.shipping, left, left)?;
        }
        draft.cover(self)?;
        self.finish(draft).map(Some)
    }
}
