//! The demo order service that the sample flows call.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(order))
}

/// An order by its number: `A` and five digits. The same number always gives the same order.
#[utoipa::path(get, path = "/demo/api/orders/{no}", tag = "demo", responses((status = 200, body = Value), (status = 404)))]
async fn order(Path(number): Path<String>) -> (StatusCode, Json<Value>) {
    match find(&number.trim().to_uppercase()) {
        Some(order) => (StatusCode::OK, Json(order)),
        None => (StatusCode::NOT_FOUND, Json(json!({ "error": "order not found", "order_no": number }))),
    }
}

fn find(number: &str) -> Option<Value> {
    let digits = number.strip_prefix('A').filter(|digits| digits.len() == 5)?;
    let seed: u32 = digits.parse().ok()?;
    let (status, amount, days) = match seed {
        10442 => ("delivered", 120, 9),
        10086 => ("delivered", 680, 3),
        10001 => ("shipped", 88, 2),
        // About a third of all numbers belong to nobody.
        _ if seed % 3 == 2 => return None,
        _ => (["paid", "shipped", "delivered"][seed as usize % 3], 20 + seed % 900, 1 + seed % 20),
    };
    let customers = ["李雷", "韩梅梅", "Jim Green", "王芳", "Lucy King"];
    let goods = ["保温杯 Thermos cup", "蓝牙耳机 Earphones", "双肩包 Backpack", "台灯 Desk lamp"];
    Some(json!({
        "order_no": number,
        "status": status,
        "amount": amount,
        "days": days,
        "customer": customers[seed as usize % customers.len()],
        "items": [{ "name": goods[seed as usize % goods.len()], "quantity": 1, "price": amount }],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_orders_of_the_samples_are_known() {
        check("A10442", Some((120, 9)));
        check("A10086", Some((680, 3)));
        check("A10001", Some((88, 2)));
        check("A1", None);
        check("B10442", None);
    }

    fn check(number: &str, expected: Option<(i64, i64)>) {
        let order = find(number);
        let facts = order.map(|order| (order["amount"].as_i64().unwrap_or(0), order["days"].as_i64().unwrap_or(0)));
        assert_eq!(facts, expected, "{number}");
    }
}
