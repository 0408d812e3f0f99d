//! How much of it is done, and with which random numbers.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tests::plan::number;

/// The size of a run.
pub(crate) struct Plan {
    /// Buyers at once.
    pub(crate) buyers: usize,
    /// Times something breaks.
    pub(crate) rounds: usize,
    /// Decides when it breaks.
    pub(crate) random: StdRng,
}

impl Plan {
    /// Reads the environment, and prints the seed.
    pub(crate) fn read() -> Self {
        let seed = number("FAULT_SEED").unwrap_or_else(|| rand::rng().random());
        println!("FAULT_SEED={seed}");
        Self {
            buyers: number("FAULT_BUYERS").unwrap_or(24),
            rounds: number("FAULT_ROUNDS").unwrap_or(2),
            random: StdRng::seed_from_u64(seed),
        }
    }
}
