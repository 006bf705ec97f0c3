//! Rate limits: every one by its name, in one table.
//!
//! Each (limit, who) pair has one number, the instant until which its past
//! requests have used its allowance up (the generic cell rate algorithm): a
//! request is let through while that lies no further ahead than the burst.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::{Instant, UserId};

macro_rules! rates {
    ($($(#[$doc:meta])* $name:ident: $per_minute:literal a minute, $burst:literal at once, by $key:ident;)*) => {
        $($(#[$doc])* pub static $name: Rate = Rate {
            name: stringify!($name), per_minute: $per_minute, burst: $burst, by: By::$key,
        };)*
        /// Every limit.
        pub static RATES: &[&Rate] = &[$(&$name,)*];
    };
}

rates! {
    /// Reading and writing as a signed-in person.
    API: 600 a minute, 200 at once, by Person;
    /// One exchange of a phone.
    SYNC: 240 a minute, 120 at once, by Person;
    /// Chunks of attachments.
    BYTES: 1200 a minute, 600 at once, by Person;
    /// Opening the live signal.
    LIVE: 60 a minute, 30 at once, by Person;
    /// Signing in, from one address: an office of many behind one is no attack.
    SIGN_IN: 60 a minute, 30 at once, by Address;
    /// Signing in as one name from one address.
    SIGN_IN_NAME: 10 a minute, 8 at once, by Name;
    /// Enrolling, from one address.
    ENROL: 20 a minute, 10 at once, by Address;
    /// Refreshing tokens, from one address.
    REFRESH: 240 a minute, 120 at once, by Address;
    /// Customers who open or answer a survey, from one address.
    SURVEY: 120 a minute, 60 at once, by Address;
    /// Customers who follow a request, from one address.
    PORTAL: 120 a minute, 60 at once, by Address;
    /// What gateways bring, from one address.
    GATEWAY: 600 a minute, 200 at once, by Address;
    /// Requests that customers register themselves, from one address.
    INTAKE: 6 a minute, 10 at once, by Address;
    /// One-time codes that customers ask for or type, from one address.
    CODE: 12 a minute, 20 at once, by Address;
    /// One-time codes for one address of a customer, from one address.
    CODE_TO: 1 a minute, 3 at once, by Name;
    /// Pages and health checks that anybody may read.
    OPEN: 600 a minute, 200 at once, by Address;
}

/// A limit.
#[derive(Debug)]
pub struct Rate {
    /// Its name.
    pub name: &'static str,
    /// How many in the long run.
    pub per_minute: u32,
    /// How many at once after a pause.
    pub burst: u32,
    /// Whose requests are counted together.
    pub by: By,
}

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A network address.
    Address,
    /// A signed-in person; before that is known, an address.
    Person,
    /// A name tried from an address.
    Name,
}

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Counted {
    /// An address. Of IPv6 the /64, which one customer has.
    Address(IpAddr),
    /// A person.
    Person(UserId),
    /// A name from an address.
    Name(IpAddr, String),
}

impl Counted {
    /// An address as it is counted.
    #[must_use]
    pub fn address(address: IpAddr) -> Self {
        Self::Address(network_of(address))
    }
    /// A name from an address as it is counted.
    #[must_use]
    pub fn name(address: IpAddr, name: &str) -> Self {
        Self::Name(network_of(address), crate::people::sign_in_name(name).chars().take(64).collect())
    }
}

fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_none() => {
            let mut parts = v6.segments();
            parts[4..].fill(0);
            IpAddr::from(parts)
        }
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// Beyond this, whoever has used nothing lately is forgotten; then everybody.
const COUNTED_MAX: usize = 100_000;

/// The counters.
#[derive(Debug)]
pub struct Limiter {
    factor: u32,
    used_until: Mutex<HashMap<(&'static str, Counted), i64>>,
}

impl Limiter {
    /// A limiter all of whose limits are multiplied by a factor.
    #[must_use]
    pub fn new(factor: u32) -> Self {
        Self { factor: factor.max(1), used_until: Mutex::new(HashMap::new()) }
    }

    /// Counts a request.
    ///
    /// # Errors
    ///
    /// When the limit is reached: the seconds after which to try again.
    pub fn count(&self, rate: &Rate, who: Counted, now: Instant) -> Result<(), u32> {
        let now_us = now.millis().saturating_mul(1000);
        let per_minute = i64::from(rate.per_minute) * i64::from(self.factor);
        let interval_us = (60_000_000 / per_minute.max(1)).max(1);
        let ahead_max_us = interval_us.saturating_mul(i64::from(rate.burst) * i64::from(self.factor));
        let mut used_until = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut used_until, now_us);
        let until = used_until.entry((rate.name, who)).or_insert(now_us);
        // A clock that was set back must not shut anybody out for the difference.
        *until = (*until).clamp(now_us, now_us.saturating_add(ahead_max_us));
        let next = *until + interval_us;
        if next - now_us > ahead_max_us {
            let wait_us = next - now_us - ahead_max_us;
            return Err(u32::try_from(wait_us.div_euclid(1_000_000) + 1).unwrap_or(u32::MAX));
        }
        *until = next;
        Ok(())
    }
}

fn make_room(used_until: &mut HashMap<(&'static str, Counted), i64>, now_us: i64) {
    if used_until.len() < COUNTED_MAX {
        return;
    }
    used_until.retain(|_, until| *until > now_us);
    if used_until.len() >= COUNTED_MAX {
        used_until.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    const NOW: Instant = Instant::from_millis(1_790_000_000_000);

    fn me() -> Counted {
        Counted::address(IpAddr::from([10, 0, 0, 1]))
    }

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let limiter = Limiter::new(1);
        let passed = (0..100).filter(|_| limiter.count(&ENROL, me(), NOW).is_ok()).count();
        assert_eq!(passed, 10);
        let wait = limiter.count(&ENROL, me(), NOW).expect_err("the limit is reached");
        assert!((1..=4).contains(&wait), "{wait}");
        // 20 a minute: one every three seconds.
        assert!(limiter.count(&ENROL, me(), NOW.plus_millis(3_000)).is_ok());
        assert!(limiter.count(&ENROL, me(), NOW.plus_millis(3_000)).is_err());
        let passed = (0..100).filter(|_| limiter.count(&ENROL, me(), NOW.plus_days(1)).is_ok()).count();
        assert_eq!(passed, 10);
    }

    #[test]
    fn a_clock_set_back_shuts_nobody_out() {
        let limiter = Limiter::new(1);
        assert!(limiter.count(&ENROL, me(), NOW.plus_days(1)).is_ok());
        // At first as if the burst were used up, then at the usual rate.
        assert!(limiter.count(&ENROL, me(), NOW).is_err());
        assert!(limiter.count(&ENROL, me(), NOW.plus_millis(3_000)).is_ok());
    }

    #[test]
    fn each_name_and_address_is_counted_alone() {
        let limiter = Limiter::new(1);
        while limiter.count(&SIGN_IN_NAME, Counted::name(IpAddr::from([10, 0, 0, 1]), "reza"), NOW).is_ok() {}
        let other = |address: [u8; 4], name| {
            limiter.count(&SIGN_IN_NAME, Counted::name(IpAddr::from(address), name), NOW)
        };
        assert!(other([10, 0, 0, 1], "sara").is_ok());
        assert!(other([10, 0, 0, 2], "reza").is_ok());
        assert!(other([10, 0, 0, 1], " REZA").is_err(), "spellings of a name are one name");
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let address = |last| Counted::address(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 7, 0, 0, 0, last)));
        assert_eq!(address(1), address(2));
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().expect("an address");
        assert_eq!(Counted::address(mapped), me());
    }

    #[test]
    fn memory_is_bounded() {
        let limiter = Limiter::new(1);
        for number in 0..u32::try_from(COUNTED_MAX * 2).expect("fits") {
            let address = IpAddr::from(number.to_be_bytes());
            assert!(limiter.count(&OPEN, Counted::address(address), NOW).is_ok());
        }
        assert!(limiter.used_until.lock().expect("no panic").len() <= COUNTED_MAX);
    }
}
