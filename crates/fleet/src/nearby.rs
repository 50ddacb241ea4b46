//! Gateways that are near: what the configuration of other programs on this computer says of them. What listens here or
//! tells the network of itself is `link`'s to find. Nothing is kept by looking.

pub mod places;

mod moltis;
mod offer;
mod openclaw;
mod relaxed;

pub use offer::{Key, Offer};

/// What the configurations on this computer offer. One that cannot be read is told with a sentence and left out.
pub fn offers() -> (Vec<Offer>, Vec<String>) {
    let (mut offers, mut faults) = (Vec::new(), Vec::new());
    for read in [openclaw::read(), moltis::read()] {
        match read {
            Ok(found) => offers.extend(found),
            Err(fault) => faults.push(fault),
        }
    }
    (offers, faults)
}
