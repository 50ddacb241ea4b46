//! The medians, the ratios, and whether they keep what was promised.

use crate::measure::Figures;
use crate::{LINKS, PACE, PACED_LINKS, Reader};

/// At least this share of the counting reader's events a second, …
const SHARE: f64 = 0.25;
/// … this many times the JavaScript manager's, …
const TIMES: f64 = 2.5;
/// … and at a given pace at most this many times the counting reader's CPU time and 99th percentile.
const COST: f64 = 1.5;

/// All rounds.
#[derive(Default)]
pub struct Report {
    full: Vec<(Reader, u64, Figures)>,
    paced: Vec<(Reader, Figures)>,
}

/// A figure that was promised.
struct Promise {
    what: String,
    kept: bool,
}

impl Report {
    /// Adds a round at full speed.
    pub fn full(&mut self, reader: Reader, links: u64, figures: Figures) {
        self.full.push((reader, links, figures));
    }

    /// Adds a paced round.
    pub fn paced(&mut self, reader: Reader, figures: Figures) {
        self.paced.push((reader, figures));
    }

    /// Prints medians and ratios; a promise that is not kept is an error.
    pub fn print(&self) -> anyhow::Result<()> {
        let mut promises = Vec::new();
        println!("\nEvents a second at full speed, medians; every one found in the state, the log and the window:");
        println!("  links   counting   pilothouse   JavaScript   of counting   of JavaScript");
        for links in LINKS {
            self.print_full(links, &mut promises);
        }
        self.print_paced(&mut promises);
        println!();
        for Promise { what, kept } in &promises {
            println!("  {} {what}", if *kept { "kept    " } else { "NOT KEPT" });
        }
        let broken = promises.iter().filter(|promise| !promise.kept).count();
        anyhow::ensure!(broken == 0, "{broken} of {} promises are not kept", promises.len());
        Ok(())
    }

    fn print_full(&self, links: u64, promises: &mut Vec<Promise>) {
        let rounds = |reader| self.full.iter().filter(move |one| one.0 == reader && one.1 == links);
        let rate = |reader| median(rounds(reader).map(|one| one.2.rate()));
        let [count, house, rival] = Reader::ALL.map(rate);
        let (share, times) = (house / count, house / rival);
        println!("  {links:>5}  {count:>9.0}    {house:>9.0}    {rival:>9.0}   {share:>11.2}   {times:>13.2}");
        let what = format!("{links} links: {share:.2} of the counting reader's rate (at least {SHARE})");
        promises.push(Promise { what, kept: share >= SHARE });
        let what = format!("{links} links: {times:.2} times the JavaScript manager's rate (at least {TIMES})");
        promises.push(Promise { what, kept: times >= TIMES });
    }

    fn print_paced(&self, promises: &mut Vec<Promise>) {
        let rounds = |reader| self.paced.iter().filter(move |one| one.0 == reader).map(|one| &one.1);
        let of = |reader, figure: fn(&Figures) -> f64| median(rounds(reader).map(figure));
        println!("\nAt {PACE} events a second over {PACED_LINKS} links, medians:");
        println!("  {:<18}   CPU of a core   p50 socket to state   p99 socket to state", "");
        for reader in Reader::ALL {
            let share = of(reader, |figures| figures.cpu / figures.seconds * 100.0);
            let (p50, p99) = (of(reader, |figures| figures.p50_us), of(reader, |figures| figures.p99_us));
            println!("  {:<18}   {share:>11.1} %   {p50:>16.0} µs   {p99:>16.0} µs", reader.name());
        }
        let ratio = |figure| of(Reader::House, figure) / of(Reader::Count, figure);
        for (what, ratio) in [("CPU time", ratio(|figures| figures.cpu)), ("p99", ratio(|figures| figures.p99_us))] {
            let what = format!("{PACE}/s: {ratio:.2} times the counting reader's {what} (at most {COST})");
            promises.push(Promise { what, kept: ratio <= COST });
        }
    }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<_> = figures.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
