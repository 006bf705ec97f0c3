//! Passing on what is sold: an interest in buying to the sales department (R171), that or an
//! installation to the sales agency that sells it.

use desk::{Act, RequestKind, Step};
use domain::Uuid;
use serde_json::json;
use wire::ErrorCode;

use super::activity::Kind;
use super::acts::{Scene, stepped, words};
use super::sales;
use crate::error::CoreError;
use crate::notices::{self, Audience, NewNotice};

const SET_SALES_AGENCY: &str = "UPDATE requests SET sales_agency = ?2 WHERE id = ?1";

impl Scene<'_> {
    /// Interest goes to the sales department (R171); found on another request, it is noted
    /// there and needs one of its own.
    pub(super) fn pass_to_sales(&mut self, unit: String, text: String) -> Result<i64, CoreError> {
        if self.request.kind != RequestKind::Purchase {
            let message = "register an interest in buying as a request of its own, of the type purchase";
            return Err(CoreError::refused(ErrorCode::RequestStep, message));
        }
        self.pass_on((Act::ToSales, Step::ToSales, Kind::ToSales), unit, text)
    }

    /// It goes to the sales agency that sells it; the sales department still has it.
    pub(super) fn pass_to_agency(&mut self, agency: Uuid, text: String) -> Result<i64, CoreError> {
        if !self.person.may(Act::Sell) {
            self.person.must(Act::ToSales)?;
        }
        let text = words("text", text)?;
        let is_sold = matches!(self.request.kind, RequestKind::Purchase | RequestKind::Installation);
        if !is_sold || self.request.status.is_over() {
            let message = "an interest in buying or an installation goes to a sales agency while it is open";
            return Err(CoreError::refused(ErrorCode::RequestStep, message));
        }
        sales::check_open(self.tx, "agency", agency)?;
        if let Ok(status) = stepped(&self.request, Step::ToSales) {
            self.request.status = status;
        }
        self.request.sales_agency = Some(agency);
        let id = self.request.id;
        self.tx.prepare_cached(SET_SALES_AGENCY)?.execute((id.as_bytes(), agency.as_bytes()))?;
        let detail = json!({ "number": self.request.number, "subject": self.request.fields.subject });
        for seller in sales::who_signs_in(self.tx, agency)? {
            let to = Audience::Person(seller);
            let doc = Some(id.as_case());
            notices::write(
                self.tx,
                &NewNotice { to, kind: "request_handed_over", doc, detail: &detail },
                self.now,
            )?;
        }
        let mut passed = self.new_activity(Kind::ToSales).text(text);
        passed.detail = json!({ "sales_agency": agency });
        self.write(&passed)
    }
}
