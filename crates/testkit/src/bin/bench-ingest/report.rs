//! The medians, the ratios, and whether they keep what was promised.

use crate::measure::Figures;
use crate::{LINKS, PACE, Reader};

/// All rounds.
#[derive(Default)]
pub struct Report {
    full: Vec<(Reader, u64, Figures)>,
    paced: Vec<(Reader, Figures)>,
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
        let mut broken = Vec::new();
        println!("\nMedians, nothing lost:");
        for links in LINKS {
            let rate = |reader| {
                median(
                    self.full
                        .iter()
                        .filter(|one| one.0 == reader && one.1 == links)
                        .map(|one| one.2.rate()),
                )
            };
            let (count, house, rival) = (rate(Reader::Count), rate(Reader::House), rate(Reader::Rival));
            println!(
                "{links:>3} links  counting {count:>9.0}/s  pilothouse {house:>9.0}/s ({:.2} of counting, {:.2} of JavaScript)  JavaScript {rival:>9.0}/s",
                house / count,
                house / rival
            );
            promise(
                &mut broken,
                house / count >= 0.25,
                &format!("{links} links: less than a quarter of the counting reader"),
            );
            promise(
                &mut broken,
                house / rival >= 2.5,
                &format!("{links} links: less than 2.5 times the JavaScript manager"),
            );
        }
        let paced = |reader, figure: fn(&Figures) -> f64| {
            median(
                self.paced
                    .iter()
                    .filter(|one| one.0 == reader)
                    .map(|one| figure(&one.1)),
            )
        };
        for reader in Reader::ALL {
            println!(
                "64 links at {PACE}/s  {:<18} {:.2} s CPU  p99 {:.0} µs",
                reader.name(),
                paced(reader, |f| f.cpu),
                paced(reader, |f| f.p99_us)
            );
        }
        let cpu = paced(Reader::House, |f| f.cpu) / paced(Reader::Count, |f| f.cpu);
        let p99 = paced(Reader::House, |f| f.p99_us) / paced(Reader::Count, |f| f.p99_us);
        println!("64 links at {PACE}/s  pilothouse / counting: CPU {cpu:.2}, p99 {p99:.2}");
        promise(
            &mut broken,
            cpu <= 1.5,
            "more than 1.5 times the counting reader's CPU",
        );
        promise(
            &mut broken,
            p99 <= 1.5,
            "more than 1.5 times the counting reader's p99",
        );
        if broken.is_empty() {
            println!("All promises kept.");
            return Ok(());
        }
        anyhow::bail!("not kept: {}", broken.join("; "))
    }
}

fn promise(broken: &mut Vec<String>, kept: bool, text: &str) {
    if !kept {
        broken.push(text.to_owned());
    }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<_> = figures.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
