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
            self.print_full(links, &mut broken);
        }
        self.print_paced(&mut broken);
        if broken.is_empty() {
            println!("All promises kept.");
            return Ok(());
        }
        anyhow::bail!("not kept: {}", broken.join("; "))
    }

    fn print_full(&self, links: u64, broken: &mut Vec<String>) {
        let rounds = |reader| self.full.iter().filter(move |one| one.0 == reader && one.1 == links);
        let rate = |reader| median(rounds(reader).map(|one| one.2.rate()));
        let (count, house, rival) = (rate(Reader::Count), rate(Reader::House), rate(Reader::Rival));
        let (of_count, of_rival) = (house / count, house / rival);
        println!(
            "{links:>3} links  counting {count:>9.0}/s  pilothouse {house:>9.0}/s ({of_count:.2} of counting, \
             {of_rival:.2} of JavaScript)  JavaScript {rival:>9.0}/s"
        );
        let quarter = format!("{links} links: less than a quarter of the counting reader");
        promise(broken, of_count >= 0.25, &quarter);
        let more = format!("{links} links: less than 2.5 times the JavaScript manager");
        promise(broken, of_rival >= 2.5, &more);
    }

    fn print_paced(&self, broken: &mut Vec<String>) {
        let rounds = |reader| self.paced.iter().filter(move |one| one.0 == reader).map(|one| &one.1);
        let cpu = |reader| median(rounds(reader).map(|figures| figures.cpu));
        let p99 = |reader| median(rounds(reader).map(|figures| figures.p99_us));
        for reader in Reader::ALL {
            let (name, cpu, p99) = (reader.name(), cpu(reader), p99(reader));
            println!("64 links at {PACE}/s  {name:<18} {cpu:.2} s CPU  p99 {p99:.0} µs");
        }
        let cpu = cpu(Reader::House) / cpu(Reader::Count);
        let p99 = p99(Reader::House) / p99(Reader::Count);
        println!("64 links at {PACE}/s  pilothouse / counting: CPU {cpu:.2}, p99 {p99:.2}");
        promise(broken, cpu <= 1.5, "more than 1.5 times the counting reader's CPU");
        promise(broken, p99 <= 1.5, "more than 1.5 times the counting reader's p99");
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
