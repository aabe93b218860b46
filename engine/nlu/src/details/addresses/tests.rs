//! Addresses as customers write them, whole.

use model::DetailKind;
use serde_json::{Value, json};

fn parts(text: &str) -> Value {
    let now: jiff::Zoned = "2026-11-22T10:00+08:00[Asia/Shanghai]".parse().expect("a constant time");
    super::super::first(DetailKind::Address, text, &now).unwrap_or(Value::Null)
}

#[test]
fn chinese_addresses_are_read_to_their_end() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("北京市海淀区中关村大街27号院3号楼2单元501室", "北京市海淀区中关村大街27号院3号楼2单元501室"),
        ("广东省深圳市南山区科技园南区", "广东省深圳市南山区科技园南区"),
        ("寄到广东省深圳市南山区科技园南区，谢谢", "广东省深圳市南山区科技园南区"),
        ("上海市徐汇区漕溪北路398号汇智大厦12楼A1203", "上海市徐汇区漕溪北路398号汇智大厦12楼A1203"),
        ("浙江省杭州市余杭区文一西路969号 3号楼 5层", "浙江省杭州市余杭区文一西路969号 3号楼 5层"),
        (
            "四川省成都市武侯区天府三街199号太平洋保险金融大厦A区9楼",
            "四川省成都市武侯区天府三街199号太平洋保险金融大厦A区9楼",
        ),
        ("北京市朝阳区望京SOHO塔3", "北京市朝阳区望京SOHO塔3"),
        ("江苏省苏州市吴中区阳光小区15栋302", "江苏省苏州市吴中区阳光小区15栋302"),
        (
            "湖南省长沙市岳麓区麓山南路932号中南大学新校区（南门）",
            "湖南省长沙市岳麓区麓山南路932号中南大学新校区(南门)",
        ),
        ("臺北市信義區市府路45號101大樓", "臺北市信義區市府路45號101大樓"),
        ("广东省广州市天河区天河路208号 李雷 13800138000", "广东省广州市天河区天河路208号"),
        ("送到北京市海淀区中关村大街27号楼下的菜鸟驿站", "北京市海淀区中关村大街27号楼下的菜鸟驿站"),
        ("北京市海淀区中关村大街27号可以送吗", "北京市海淀区中关村大街27号"),
        ("我在北京市海淀区上班", "北京市海淀区"),
        ("你们在广州市天河区有店吗", "广州市天河区"),
        ("北京市海淀区中关村大街27号，3号楼2单元501室", "北京市海淀区中关村大街27号,3号楼2单元501室"),
        ("上海市浦东新区几天能到", "上海市浦东新区"),
        ("上海市浦东新区世纪大道100号电话13800138000", "上海市浦东新区世纪大道100号"),
    ] {
        if parts(text)["full"] != expected {
            wrong.push(format!("{text}: {} for {expected}", parts(text)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let found = parts("北京市海淀区中关村大街27号院3号楼2单元501室");
    assert_eq!(
        (&found["street"], &found["number"], &found["detail"]),
        (&json!("中关村大街"), &json!("27号院"), &json!("3号楼2单元501室"))
    );
    assert_eq!(parts("广东省深圳市南山区科技园南区")["detail"], "科技园南区");
    let found = parts("浙江省义乌市北苑街道春晗小区56栋3单元");
    assert_eq!((&found["town"], &found["detail"]), (&json!("北苑街道"), &json!("春晗小区56栋3单元")));
}

#[test]
fn english_addresses_are_read_to_their_end() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("1600 Pennsylvania Avenue NW, Washington, DC 20500", "1600 Pennsylvania Avenue NW, Washington, DC 20500"),
        ("Flat 3, 12 High Street, London SW1A 1AA", "Flat 3, 12 High Street, London SW1A 1AA"),
        ("350 Fifth Avenue, Floor 20, New York, NY 10118", "350 Fifth Avenue, Floor 20, New York, NY 10118"),
        ("12 High Street, London", "12 High Street, London"),
        ("please ship to 12 High Street, London, thanks", "12 High Street, London"),
        ("48 Queen's Road, Richmond, Surrey TW9 1AA", "48 Queen's Road, Richmond, Surrey TW9 1AA"),
        ("100 George Street, Sydney NSW 2000", "100 George Street, Sydney NSW 2000"),
        ("1 Infinite Loop, Cupertino, CA 95014, USA", "1 Infinite Loop, Cupertino, CA 95014, USA"),
        ("12 High Street London SW1A 1AA", "12 High Street London SW1A 1AA"),
        ("742 Evergreen Terrace, Springfield, call me first", "742 Evergreen Terrace, Springfield"),
        ("it's 742 Evergreen Terrace, Springfield and my phone is new", "742 Evergreen Terrace, Springfield"),
        ("PO Box 123, Seattle, WA 98101", "PO Box 123, Seattle, WA 98101"),
        ("The Old Rectory, 4 Church Lane, Oxford OX1 2JD", "The Old Rectory, 4 Church Lane, Oxford OX1 2JD"),
        ("sorry, 4 Church Lane, Oxford", "4 Church Lane, Oxford"),
        (
            "Room 1203, Block B, 88 Nathan Road, Kowloon, Hong Kong",
            "Room 1203, Block B, 88 Nathan Road, Kowloon, Hong Kong",
        ),
        ("3rd floor, 55 Broadway, New York", "3rd floor, 55 Broadway, New York"),
    ] {
        if parts(text)["full"] != expected {
            wrong.push(format!("{text}: {} for {expected}", parts(text)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let found = parts("Flat 3, 12 High Street, London SW1A 1AA");
    assert_eq!(
        (&found["number"], &found["street"], &found["detail"]),
        (&json!("12"), &json!("high street"), &json!("flat 3"))
    );
    assert_eq!((&found["city"], &found["postcode"]), (&json!("london"), &json!("sw1a 1aa")));
    let found = parts("1600 Pennsylvania Avenue NW, Washington, DC 20500");
    assert_eq!(
        (&found["city"], &found["province"], &found["postcode"]),
        (&json!("washington"), &json!("dc"), &json!("20500"))
    );
    for text in
        ["I waited 3 days on the way", "I have 2 dogs to drive", "2 of my items in place", "order 12345 in court"]
    {
        assert_eq!(parts(text), Value::Null, "{text}");
    }
}
