namespace Nurture.Benchmarks.Rendering;

/// <summary>
/// One mail of 6 kB in two template languages: a layout that is included, 25 values, among them a date and a sum, five lines of
/// a loop, three conditions; values are escaped.
/// </summary>
internal static class MailTexts
{
    private const string Cell = "padding:8px 12px;border-bottom:1px solid #e3e5e8;font-size:14px;line-height:1.5;text-align:left;vertical-align:top";
    private const string Link = "https://app.example.com/orders";

    public static string NurtureLayout => Layout("{{ content }}", "{{ sender.name }}", "{{ sender.organization }}", "{{ sender.postal_address }}", "{{ unsubscribe_url }}");

    public static string HandlebarsLayout => Layout("{{> @partial-block}}", "{{Sender.Name}}", "{{Sender.Organization}}", "{{Sender.PostalAddress}}", "{{UnsubscribeUrl}}");

    public static string Handlebars => "{{#> layout}}" + Body(
        "Hello {{#if Contact.Name}}{{Contact.Name}}{{else}}there{{/if}},", "{{Trigger.Number}}", "{{Trigger.Number}}", "{{date Trigger.PlacedAt}}", "{{#if Contact.IsOnTrial}}", "{{else}}", "{{/if}}", "{{#each Trigger.Items}}", "{{Id}}", "{{Name}}", "{{Quantity}}", "{{/each}}",
        "{{#if Trigger.IsReminded}}", "{{/if}}", "{{#if Contact.IsAdmin}}", "{{/if}}", "{{money Total}}", "{{Trigger.Currency}}") + "{{/layout}}";

    /// <summary>The parts between the values, for the writer by hand: cut at the marks of <see cref="HandWritten"/>.</summary>
    public static string Marked => Layout(
        Body("Hello \u0001,", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001", "\u0001"),
        "\u0001", "\u0001", "\u0001", "\u0001");

    /// <summary>With the layout around it.</summary>
    public static string Nurture => $"{{{{ capture content }}}}{NurtureBody()}{{{{ end }}}}{{{{ include \"layout\" }}}}";

    /// <param name="date">How a date of the model becomes a date: nothing, or <c>date.parse</c> for inputs out of JSON.</param>
    /// <param name="total">Where the sum is.</param>
    public static string NurtureBody(string date = "", string total = "total") => Body(
        "Hello {{ contact.name ?? \"there\" }},", "{{ trigger.number }}", "{{ trigger.number }}", $"{{{{ trigger.placed_at |{date} date.to_string \"%d %b %Y\" }}}}", "{{ if contact.plan == \"trial\" }}", "{{ else }}", "{{ end }}",
        "{{ for item in trigger.items }}", "{{ item.id }}", "{{ item.name }}", "{{ item.quantity }}", "{{ end }}",
        "{{ if trigger.reminders > 0 }}", "{{ end }}", "{{ if contact.is_admin }}", "{{ end }}", $"{{{{ {total} | math.format \"N2\" }}}}", "{{ trigger.currency }}");

    // What stands between the values, the same for all.
    private static string Body(
        string hello, string number, string numberAgain, string date, string ifTrial, string elseTrial, string endTrial, string each, string id, string name, string quantity, string endEach,
        string ifReminded, string endReminded, string ifAdmin, string endAdmin, string total, string currency) =>
        $"""
        <h1>{hello}</h1><p>thank you for order <a href="{Link}/{number}">{numberAgain}</a> of {date}. Your colleagues see it under Orders as soon as they sign in; nobody has to do anything for that.</p>
        {ifTrial}<p>You are on trial: nothing is charged yet. <a href="https://app.example.com/plans">See the plans</a> before it ends.</p>{elseTrial}<p>It is charged to the card that you gave us.</p>{endTrial}
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">{each}<tr><td style="{Cell}"><a href="{Link}/{id}?utm_source=mail">{name}</a></td><td style="{Cell}">{quantity}</td></tr>{endEach}</table>
        {ifReminded}<p>We wrote to you about it before; whatever you do, this is the last time.</p>{endReminded}{ifAdmin}<p><a href="https://app.example.com/admin">Who may order is up to you.</a></p>{endAdmin}
        <p>The sum is <strong>{total} {currency}</strong>. The invoice comes on the first of the month with all other orders, and can be read by everybody whom you named under Billing.</p>
        <h2>What comes next</h2><ul><li>Choose who gets a seat: <a href="https://app.example.com/team">invite them by mail or with a link</a>, ten at a time or all at once.</li>
        <li>Bring your data along: a file with one line for each of your customers is enough for the first report.</li>
        <li>Something is missing, or other than you thought? Answer this mail, and somebody of us will write back within a business day.</li></ul>
        """;

    private static string Layout(string content, string sender, string organization, string address, string unsubscribe) =>
        $$"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>Your order</title>
          <style>
            body { margin: 0; padding: 0; background: #f4f5f7; color: #1f2328; font-family: system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; font-size: 16px; line-height: 1.55; }
            h1 { margin: 0 0 16px; font-size: 22px; line-height: 1.35; }
            h2 { margin: 24px 0 12px; font-size: 18px; line-height: 1.4; }
            p { margin: 0 0 16px; }
            ul, ol { margin: 0 0 16px; padding-left: 24px; }
            li { margin: 0 0 8px; }
            img { max-width: 100%; height: auto; border: 0; }
            table.lines { border-collapse: collapse; width: 100%; }
            a { color: #0b57d0; }
            a.button { display: inline-block; padding: 12px 24px; border-radius: 6px; background: #0b57d0; color: #ffffff; text-decoration: none; font-weight: bold; }
            .card { background: #ffffff; }
            .footer { color: #5f6368; font-size: 12px; line-height: 1.6; }
            @media (prefers-color-scheme: dark) {
              body { background: #1b1c1e; color: #e6e8eb; }
              .card { background: #26282b; }
              a, a.button { color: #8ab4f8; }
              a.button { background: #8ab4f8; color: #1b1c1e; }
              .footer, .footer a { color: #a7abb0; }
            }
            @media (max-width: 480px) {
              .card { padding: 24px 16px !important; }
              .footer { padding: 16px !important; }
              a.button { display: block; text-align: center; }
            }
          </style>
          <!--[if mso]>
          <style>
            body, table, td, p, a { font-family: Arial, Helvetica, sans-serif !important; mso-line-height-rule: exactly; }
            table { border-collapse: collapse; mso-table-lspace: 0pt; mso-table-rspace: 0pt; }
          </style>
          <noscript><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript>
          <![endif]-->
        </head>
        <body>
          <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" style="padding:24px 12px">
            <table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px">
              <tr><td class="card" style="padding:32px;border-radius:8px;text-align:left">{{content}}</td></tr>
              <tr>
                <td class="footer" style="padding:24px 32px;text-align:left">
                  <p style="margin:0 0 8px">You receive this mail because you use {{sender}}.</p>
                  <p style="margin:0">{{organization}}<br>{{address}}</p>
                  <p style="margin:8px 0 0"><a href="{{unsubscribe}}">Unsubscribe from these mails</a></p>
                </td>
              </tr>
            </table>
          </td></tr></table>
          <!-- Whoever reads this page outside a mail program sees what its receiver saw; links to unsubscribe work for a month after it was sent, and need no password. -->
        </body>
        </html>
        """;
}
