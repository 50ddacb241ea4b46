//! What runs used and cost.

use std::process::ExitCode;

pub mod theirs;

use contract::calls::{Handler, UsageRead};
use contract::usage::{By, Spend, UsageRow};
use fleet::truth::PILOT;

use crate::args::SumBy;
use crate::desk::Desk;
use crate::out::{Form, json, note, problem, table};
use crate::when;

/// Prints the sums and the total.
pub async fn run(desk: &Desk, since: Option<&str>, by: &[SumBy], form: Form) -> anyhow::Result<ExitCode> {
    let since = since.map(when::when).transpose()?;
    let by: Vec<By> = by.iter().copied().map(summed).collect();
    let report = desk.fleet.usage(PILOT, UsageRead { since, by: by.clone() }).await?;
    if form == Form::Json {
        report.rows.iter().try_for_each(json)?;
    } else if report.rows.is_empty() {
        note("No run has ended in that time while it was heard of here.");
    } else {
        let mut rows = vec![head(&by)];
        rows.extend(report.rows.iter().map(|row| cells(row, &by)));
        if report.rows.len() > 1 {
            let mut total = vec![String::new(); by.len().saturating_sub(1)];
            total.insert(0, "in all".to_owned());
            total.extend(figures(&report.total));
            rows.push(total);
        }
        table(&rows)?;
    }
    if report.total.unpriced > 0 && form == Form::Text {
        note(&format!("Prices are read from {}.", report.prices));
    }
    match report.fault {
        Some(fault) => {
            problem(&format!("The prices are not understood, so none is known. {fault}"));
            Ok(ExitCode::FAILURE)
        }
        None => Ok(ExitCode::SUCCESS),
    }
}

fn summed(by: SumBy) -> By {
    match by {
        SumBy::Node => By::Node,
        SumBy::Agent => By::Agent,
        SumBy::Session => By::Session,
        SumBy::Model => By::Model,
        SumBy::Day => By::Day,
    }
}

fn head(by: &[By]) -> Vec<String> {
    let name = |by: &By| format!("{by:?}").to_lowercase();
    let figures = ["runs", "read", "cached", "written", "cost"].map(str::to_owned);
    by.iter().map(name).chain(figures).collect()
}

fn cells(row: &UsageRow, by: &[By]) -> Vec<String> {
    let named = |by: &By| match by {
        By::Node => row.name.clone(),
        By::Agent => row.agent.clone(),
        By::Session => row.session.clone(),
        By::Model => row.model.clone(),
        By::Day => row.day.clone(),
    };
    by.iter().map(|by| named(by).unwrap_or_else(|| "—".to_owned())).chain(figures(&row.spend)).collect()
}

fn figures(spend: &Spend) -> [String; 5] {
    let counts = [spend.runs, spend.input, spend.cached, spend.output].map(|count| count.to_string());
    let [runs, input, cached, output] = counts;
    [runs, input, cached, output, cost(spend)]
}

/// What is known of the cost, and for how many runs nobody knows it.
fn cost(spend: &Spend) -> String {
    let known = spend.costs.iter().map(|cost| format!("{:.4} {}", cost.amount, cost.currency));
    let unknown = (spend.unpriced > 0).then(|| match spend.unpriced == spend.runs {
        true => "unknown price".to_owned(),
        false => format!("unknown price of {} runs", spend.unpriced),
    });
    known.chain(unknown).collect::<Vec<_>>().join(" + ")
}

#[cfg(test)]
mod tests {
    use contract::usage::Money;

    use super::*;

    #[test]
    fn an_unknown_price_is_never_a_zero() {
        let spend = |costs: &[f64], unpriced| Spend {
            runs: 3,
            costs: costs.iter().map(|amount| Money { currency: "USD".to_owned(), amount: *amount }).collect(),
            unpriced,
            ..Spend::default()
        };
        assert_eq!(cost(&spend(&[], 3)), "unknown price");
        assert_eq!(cost(&spend(&[1.5], 1)), "1.5000 USD + unknown price of 1 runs");
        assert_eq!(cost(&spend(&[0.0], 0)), "0.0000 USD");
    }
}
