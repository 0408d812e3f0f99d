//! How many streams there may be, of everybody and of one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::auth::throttle::origin;
use crate::error::{Error, Result};

/// Most streams at once.
const MOST: usize = 5_000;
/// Most streams of one address at once: an office or a storefront's own server may be behind it.
const MOST_OF_ADDRESS: usize = 200;
/// When those who found no seat may come back.
const COME_BACK_SECONDS: u64 = 5;

/// The streams there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Seats(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: HashMap<Option<IpAddr>, usize>,
}

/// A place for one stream, which is free again with its end.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Seats,
    address: Option<IpAddr>,
}

impl Seats {
    /// Takes a place.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when there is none, [`Error::RateLimited`] when the address has too many.
    pub(super) fn take(&self, address: Option<IpAddr>) -> Result<Seat> {
        let address = origin(address);
        let mut taken = self.lock();
        if taken.all >= MOST {
            return Err(Error::Unavailable("the shop"));
        }
        let own = taken.by_address.entry(address).or_default();
        if *own >= MOST_OF_ADDRESS {
            return Err(Error::RateLimited {
                retry_after_seconds: COME_BACK_SECONDS,
            });
        }
        *own += 1;
        taken.all += 1;
        Ok(Seat {
            seats: self.clone(),
            address,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        taken.all = taken.all.saturating_sub(1);
        if let Some(own) = taken.by_address.get_mut(&self.address) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::{MOST, MOST_OF_ADDRESS, Seat, Seats};
    use crate::error::{Error, Result};

    fn take(seats: &Seats, address: usize) -> Result<Seat> {
        let bits = u32::try_from(address).expect("it is small");
        seats.take(Some(IpAddr::V4(Ipv4Addr::from_bits(bits))))
    }

    #[test]
    fn an_address_has_so_many_and_a_seat_is_free_when_its_stream_ends() {
        let seats = Seats::default();
        let mut taken: Vec<_> = (0..MOST_OF_ADDRESS)
            .map(|_| take(&seats, 1).expect("it is free"))
            .collect();
        assert!(matches!(take(&seats, 1), Err(Error::RateLimited { .. })));
        assert!(take(&seats, 2).is_ok());
        taken.pop();
        assert!(take(&seats, 1).is_ok());
        drop(taken);
        assert!(seats.lock().by_address.is_empty());
        assert_eq!(seats.lock().all, 0);
    }

    #[test]
    fn all_together_have_so_many() {
        let seats = Seats::default();
        let taken: Vec<_> = (0..MOST).map(|number| take(&seats, number)).collect();
        assert!(taken.iter().all(Result::is_ok));
        assert!(matches!(take(&seats, MOST), Err(Error::Unavailable(_))));
    }
}
