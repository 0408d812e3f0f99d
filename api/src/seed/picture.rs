//! Pictures of the demo products, drawn from a few shapes and two colours each, so that a shop without a network shows
//! something and the program carries no photographs.

use super::data::{Demo, DemoProduct};

/// Width and height of a picture.
pub const SIZE: u32 = 600;

/// The picture of a demo product as SVG; null for an unknown slug.
#[must_use]
pub fn svg(slug: &str) -> Option<String> {
    Demo::load().product(slug).map(draw)
}

fn draw(product: &DemoProduct) -> String {
    let (shape, dark, light) = &product.picture;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 600 600\" width=\"{SIZE}\" height=\"{SIZE}\" \
         role=\"img\"><rect width=\"600\" height=\"600\" fill=\"{light}\"/>\
         <ellipse cx=\"300\" cy=\"486\" rx=\"190\" ry=\"22\" fill=\"{dark}\" opacity=\".18\"/>\
         <g fill=\"{dark}\" stroke=\"{dark}\" stroke-width=\"14\" stroke-linejoin=\"round\" stroke-linecap=\"round\">\
         {}</g></svg>",
        outline(shape, light)
    )
}

/// The shape itself; `light` cuts details out of it.
fn outline(shape: &str, light: &str) -> String {
    let detail = |path: &str| format!("<path d=\"{path}\" fill=\"none\" stroke=\"{light}\"/>");
    match shape {
        "tin" => format!("<path d=\"M200 190h200v280H200zM215 150h170v40H215z\"/>{}", detail("M240 300h120M240 340h80")),
        "cup" => "<path d=\"M180 210h200v180q0 80-80 80h-40q-80 0-80-80z\"/>\
                  <path d=\"M380 250q70 0 70 60t-80 70\" fill=\"none\"/>"
            .to_owned(),
        "bowl" => format!("<path d=\"M140 270h320q0 150-110 190H250q-110-40-110-190z\"/>{}", detail("M180 310h240")),
        "pot" => "<path d=\"M180 270q120-60 240 0 30 190-60 200H240q-90-10-60-200zM285 190h30v40h-30z\"/>\
                  <path d=\"M420 300l70-40-20 90M190 290q-80 10-70 100\" fill=\"none\"/>"
            .to_owned(),
        "plate" => format!("<ellipse cx=\"300\" cy=\"340\" rx=\"190\" ry=\"130\"/>{}", detail("M190 340a110 70 0 1 0 220 0a110 70 0 1 0-220 0")),
        "lamp" => format!("<path d=\"M200 180q100-90 200 0v160q-100 90-200 0zM292 400h16v70h-16z\"/>{}", detail("M215 230h170M215 290h170")),
        "candle" => "<path d=\"M240 260h120v210H240zM300 150q40 60 0 90-40-30 0-90z\"/>".to_owned(),
        "cloth" => format!("<path d=\"M150 200h300v230q-75 50-150 0t-150 0z\"/>{}", detail("M150 260h300M150 320h300")),
        "book" => format!("<path d=\"M190 150h220v320H190z\"/>{}", detail("M225 150v320M270 230h100M270 270h60")),
        "pen" => "<path d=\"M400 150l50 50-210 210-80 30 30-80zM160 440l-10 10\"/>".to_owned(),
        "ink" => format!("<path d=\"M210 270h180v200H210zM260 200h80v70h-80z\"/>{}", detail("M240 340h120")),
        "shirt" => "<path d=\"M230 160q70 60 140 0l100 60-40 80-50-20v190H220V280l-50 20-40-80z\"/>".to_owned(),
        _ => "<path d=\"M180 250h240l20 220H160z\"/><path d=\"M240 250v-40q60-90 120 0v40\" fill=\"none\"/>".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_demo_product_has_a_picture_of_its_own_shape() {
        for product in &Demo::load().products {
            let svg = svg(&product.slug).unwrap();
            assert!(
                svg.starts_with("<svg ") && svg.ends_with("</g></svg>"),
                "{}",
                product.slug
            );
            assert!(svg.contains(&product.picture.1), "{}", product.slug);
        }
        assert_eq!(svg("../secret"), None);
    }
}
