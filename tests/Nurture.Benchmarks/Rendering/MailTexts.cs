namespace Nurture.Benchmarks.Rendering;

/// <summary>One mail in two template languages: a greeting, conditions, a loop over ten items, links, formatted dates and money.</summary>
internal static class MailTexts
{
    private const string Cell = "padding:8px 12px;border-bottom:1px solid #e3e5e8;font-size:14px;line-height:1.5;text-align:left";
    private const string Link = "https://app.example.com/orders";

    // What stands between the values, the same for all; a place for a value is {0}.
    private static string Page(string greeting, string trial, string row, string reminder, string closing) =>
        $"""
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Your order</title></head><body style="margin:0;background:#f4f5f7;font-family:system-ui,Helvetica,Arial,sans-serif">
        <table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px"><tr><td style="padding:32px;border-radius:8px;background:#ffffff">
        {greeting}
        {trial}
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">{row}</table>
        {reminder}
        {closing}
        </td></tr></table></body></html>
        """;

    /// <param name="date">How a date of the model becomes a date: nothing, or <c>date.parse</c> for inputs out of JSON.</param>
    /// <param name="total">Where the sum is.</param>
    public static string Nurture(string date = "", string total = "total") => Page(
        "<h1>Hello {{ contact.name ?? \"there\" }},</h1><p>thank you for order <a href=\"" + Link + "/{{ trigger.number }}\">{{ trigger.number }}</a>.</p>",
        "{{ if contact.plan == \"trial\" }}<p>You are on trial: nothing is charged yet. <a href=\"https://app.example.com/plans\">See the plans</a> before it ends.</p>{{ else }}<p>It is charged to the card that you gave us.</p>{{ end }}",
        $"{{{{ for item in trigger.items }}}}<tr><td style=\"{Cell}\"><a href=\"{Link}/{{{{ item.id }}}}?utm_source=mail\">{{{{ item.name }}}}</a></td>"
            + $"<td style=\"{Cell}\">{{{{ item.at |{date} date.to_string \"%d %b %Y\" }}}}</td><td style=\"{Cell}\">{{{{ item.price | math.format \"N2\" }}}} {{{{ trigger.currency }}}}</td>"
            + "{{ if item.note }}<td>{{ item.note }}</td>{{ end }}</tr>{{ end }}",
        "{{ if trigger.reminders > 0 }}<p>We wrote to you about it before.</p>{{ end }}{{ if contact.isAdmin }}<p><a href=\"https://app.example.com/admin\">Who may order is up to you.</a></p>{{ end }}",
        $"<p>The sum is <strong>{{{{ {total} | math.format \"N2\" }}}} {{{{ trigger.currency }}}}</strong>.</p><p>{{{{ sender.name }}}}<br>{{{{ sender.organization }}}}, {{{{ sender.postal_address }}}}</p>");

    public static string Handlebars => Page(
        "<h1>Hello {{#if Contact.Name}}{{Contact.Name}}{{else}}there{{/if}},</h1><p>thank you for order <a href=\"" + Link + "/{{Trigger.Number}}\">{{Trigger.Number}}</a>.</p>",
        "{{#if Contact.IsOnTrial}}<p>You are on trial: nothing is charged yet. <a href=\"https://app.example.com/plans\">See the plans</a> before it ends.</p>{{else}}<p>It is charged to the card that you gave us.</p>{{/if}}",
        $"{{{{#each Trigger.Items}}}}<tr><td style=\"{Cell}\"><a href=\"{Link}/{{{{Id}}}}?utm_source=mail\">{{{{Name}}}}</a></td>"
            + $"<td style=\"{Cell}\">{{{{date At}}}}</td><td style=\"{Cell}\">{{{{money Price}}}} {{{{@root.Trigger.Currency}}}}</td>"
            + "{{#if Note}}<td>{{Note}}</td>{{/if}}</tr>{{/each}}",
        "{{#if Trigger.IsReminded}}<p>We wrote to you about it before.</p>{{/if}}{{#if Contact.IsAdmin}}<p><a href=\"https://app.example.com/admin\">Who may order is up to you.</a></p>{{/if}}",
        "<p>The sum is <strong>{{money Total}} {{Trigger.Currency}}</strong>.</p><p>{{Sender.Name}}<br>{{Sender.Organization}}, {{Sender.PostalAddress}}</p>");

    /// <summary>The parts between the values, for the writer by hand: cut at the marks of <see cref="HandWritten"/>.</summary>
    public static string Marked => Page(
        "<h1>Hello \u0001,</h1><p>thank you for order <a href=\"" + Link + "/\u0001\">\u0001</a>.</p>",
        "\u0001<p>You are on trial: nothing is charged yet. <a href=\"https://app.example.com/plans\">See the plans</a> before it ends.</p>\u0001<p>It is charged to the card that you gave us.</p>\u0001",
        $"\u0001<tr><td style=\"{Cell}\"><a href=\"{Link}/\u0001?utm_source=mail\">\u0001</a></td><td style=\"{Cell}\">\u0001</td><td style=\"{Cell}\">\u0001 \u0001</td>\u0001<td>\u0001</td>\u0001</tr>\u0001",
        "\u0001<p>We wrote to you about it before.</p>\u0001<p><a href=\"https://app.example.com/admin\">Who may order is up to you.</a></p>\u0001",
        "<p>The sum is <strong>\u0001 \u0001</strong>.</p><p>\u0001<br>\u0001, \u0001</p>");
}
