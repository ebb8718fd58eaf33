//! Personal data found in a text.

use crate::Span;

/// Kinds of personal data, as in PIPL practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonalDataKind {
    /// The sender's own name.
    Name,
    /// Another private person's name.
    OtherPersonName,
    /// Mobile or landline.
    Phone,
    /// Resident identity card, 15 or 18 digits.
    IdCard,
    /// Passport and travel permits.
    Passport,
    /// Bank card.
    BankCard,
    /// Vehicle plate.
    Plate,
    /// E-mail address.
    Email,
    /// WeChat or QQ account.
    Wechat,
    /// Address below the level of a street or community.
    Address,
    /// Case number, medical record number and the like.
    Record,
}

impl PersonalDataKind {
    /// All kinds with their wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 11] = [
        (Self::Name, "name", "姓名"),
        (Self::OtherPersonName, "other_person_name", "他人姓名"),
        (Self::Phone, "phone", "电话"),
        (Self::IdCard, "id_card", "身份证号"),
        (Self::Passport, "passport", "证件号"),
        (Self::BankCard, "bank_card", "银行卡号"),
        (Self::Plate, "plate", "车牌号"),
        (Self::Email, "email", "电子邮箱"),
        (Self::Wechat, "wechat", "社交账号"),
        (Self::Address, "address", "住址"),
        (Self::Record, "record", "编号"),
    ];
}

/// One piece of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PersonalData {
    /// What it is.
    pub kind: PersonalDataKind,
    /// Where it stands.
    pub span: Span,
}
