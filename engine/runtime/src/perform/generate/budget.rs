//! Budgets: what a conversation and a day may cost is checked before a model is asked, and what is under way counts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{ModelProvider, ModelSettings, Texts};
use store::models::Spent;

/// Amounts that are held for answers under way, by what they belong to.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    held: Arc<Mutex<HashMap<String, Amount>>>,
    /// One looks and takes at a time.
    pub(super) one: tokio::sync::Mutex<()>,
}

/// Tokens and millionths of money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) tokens: u64,
    pub(super) micros: u64,
}

/// An amount that is held until the answer is paid for.
#[derive(Debug)]
pub(super) struct Hold {
    held: Arc<Mutex<HashMap<String, Amount>>>,
    places: Vec<String>,
    amount: Amount,
    /// The longest answer that the budgets leave room for.
    pub(super) max_tokens: u32,
}

/// One budget: what it allows and what it has paid.
pub(super) struct Budget {
    /// What it belongs to.
    pub(super) place: String,
    pub(super) most: Amount,
    pub(super) spent: Amount,
    /// Said when it is used up.
    pub(super) why: Texts,
}

impl Budgets {
    /// Holds an amount for an answer, or says which budget is used up.
    pub(super) fn hold(
        &self,
        budgets: Vec<Budget>,
        provider: &ModelProvider,
        tokens_in: u64,
        max_tokens: u32,
    ) -> Result<Hold, Texts> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = micros(tokens_in, provider.price_in);
        let mut room = u64::from(max_tokens);
        for budget in &budgets {
            let under_way = held.get(&budget.place).copied().unwrap_or_default();
            if budget.most.tokens > 0 {
                let used = budget.spent.tokens + under_way.tokens + tokens_in;
                room = room.min(budget.most.tokens.saturating_sub(used));
            }
            if budget.most.micros > 0 {
                let used = budget.spent.micros + under_way.micros + asked;
                let left = budget.most.micros.saturating_sub(used);
                let affordable = if provider.price_out > 0.0 { left as f64 / provider.price_out } else { f64::MAX };
                room = if left == 0 { 0 } else { room.min(affordable as u64) };
            }
            if room == 0 {
                return Err(budget.why.clone());
            }
        }
        let amount = Amount { tokens: tokens_in + room, micros: asked + micros(room, provider.price_out) };
        let places: Vec<String> = budgets.into_iter().map(|budget| budget.place).collect();
        for place in &places {
            let under_way = held.entry(place.clone()).or_default();
            under_way.tokens += amount.tokens;
            under_way.micros += amount.micros;
        }
        let max_tokens = u32::try_from(room).unwrap_or(u32::MAX);
        Ok(Hold { held: Arc::clone(&self.held), places, amount, max_tokens })
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for place in &self.places {
            let Some(under_way) = held.get_mut(place) else { continue };
            under_way.tokens = under_way.tokens.saturating_sub(self.amount.tokens);
            under_way.micros = under_way.micros.saturating_sub(self.amount.micros);
            if *under_way == Amount::default() {
                held.remove(place);
            }
        }
    }
}

/// The budgets of a day and of a conversation.
pub(super) fn budgets(
    settings: &ModelSettings,
    day: (String, Spent),
    conversation: Option<(String, Spent)>,
) -> Vec<Budget> {
    let of_day = Budget {
        place: day.0,
        most: Amount { tokens: settings.day_tokens, micros: money(settings.day_money) },
        spent: amount(day.1),
        why: Texts::new("今天的模型预算用完了", "today's budget for models is used up"),
    };
    let of_conversation = conversation.map(|(place, spent)| Budget {
        place,
        most: Amount { tokens: settings.conversation_tokens, micros: money(settings.conversation_money) },
        spent: amount(spent),
        why: Texts::new("这个会话的模型预算用完了", "this conversation's budget for models is used up"),
    });
    std::iter::once(of_day).chain(of_conversation).collect()
}

/// A price per million tokens is millionths per token.
pub(super) fn micros(tokens: u64, price: f64) -> u64 {
    (tokens as f64 * price.max(0.0)).ceil() as u64
}

fn money(amount: f64) -> u64 {
    (amount.max(0.0) * 1_000_000.0).round() as u64
}

fn amount(spent: Spent) -> Amount {
    let whole = |n: i64| u64::try_from(n).unwrap_or(0);
    Amount { tokens: whole(spent.tokens_in) + whole(spent.tokens_out), micros: whole(spent.cost_micros) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_way_counts_and_is_given_back() {
        let all = Budgets::default();
        let hold = || all.hold(vec![day(1_000, 0.0, 0)], &ModelProvider::default(), 100, 500);

        let first = hold().expect("600 of 1000");
        assert_eq!(first.max_tokens, 500);
        let second = hold().expect("the rest");
        assert_eq!(second.max_tokens, 300);
        assert_eq!(hold().expect_err("nothing left").in_language("en"), "over");
        drop((first, second));
        assert!(hold().is_ok());
    }

    #[test]
    fn money_bounds_the_length() {
        let provider = ModelProvider { price_in: 1.0, price_out: 2.0, ..ModelProvider::default() };
        let hold = |spent| Budgets::default().hold(vec![day(0, 0.001, spent)], &provider, 100, 5_000);

        assert_eq!(hold(0).expect("900 micros for words").max_tokens, 450);
        assert!(hold(900).is_err());
        assert_eq!(micros(1_000_000, 2.0), 2_000_000, "a million tokens cost the price");
    }

    fn day(tokens: u64, money_: f64, spent_micros: u64) -> Budget {
        Budget {
            place: "day".into(),
            most: Amount { tokens, micros: money(money_) },
            spent: Amount { tokens: 0, micros: spent_micros },
            why: Texts::new("超出", "over"),
        }
    }
}
