//! What happens in a night, one thing at a time, drawn from its seed.

use super::fates;
use super::line::{End, State, Trick};
use super::night::Night;

/// How far a clock is set at most, forward or back, milliseconds.
const SET: u64 = 2 * 3_600_000;

/// One thing happens.
///
/// # Errors
/// What a person did was refused, or something did not start again.
pub async fn happen(night: &mut Night) -> anyhow::Result<()> {
    match night.rng.between(0, 110) {
        0..48 => night.say().await?,
        48..54 => {
            night.line.cut(End::Closed);
            night.report.cuts += 1;
        }
        54..56 => {
            night.line.cut(End::HalfOpen);
            night.report.half_open += 1;
        }
        56..75 => bad_line(night),
        75..80 => {
            night.line.set(State::Down);
            night.line.cut(End::Closed);
            night.report.outages += 1;
        }
        80..83 => {
            night.restart_gateway().await?;
            night.report.gateways_restarted += 1;
        }
        83..85 => {
            night.reopen().await?;
            night.report.apps_restarted += 1;
        }
        85..88 => fates::resend(night).await,
        88..89 => fates::say_anew(night).await,
        89..90 => set_clock(night),
        90..99 => night.wish().await?,
        _ => night.line.set(State::Clear),
    }
    Ok(())
}

/// The line stays, but is not what it was.
fn bad_line(night: &mut Night) {
    match night.rng.between(0, 26) {
        0..6 => {
            night.line.set(State::Stalled);
            night.report.stalls += 1;
        }
        6..10 => {
            night.line.set(State::Crawling);
            night.report.crawls += 1;
        }
        10..14 => {
            night.line.set(State::Split);
            night.report.splits += 1;
        }
        14..16 => {
            night.line.set(State::Merged);
            night.report.merges += 1;
        }
        16..20 => {
            night.line.garble();
            night.report.garbled += 1;
        }
        20..22 => {
            night.line.play(Trick::Lose);
            night.report.frames_lost += 1;
        }
        22..24 => {
            night.line.play(Trick::Double);
            night.report.frames_doubled += 1;
        }
        _ => {
            night.line.play(Trick::Swap);
            night.report.frames_swapped += 1;
        }
    }
}

/// Somebody, or a time server, sets the clock of this computer.
fn set_clock(night: &mut Night) {
    let by = i64::try_from(night.rng.between(0, 2 * SET)).unwrap_or_default() - SET as i64;
    night.clock.set(by);
    night.report.clocks_set += 1;
}
