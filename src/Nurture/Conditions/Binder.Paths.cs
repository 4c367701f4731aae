using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Templating.Syntax;
using static Nurture.Conditions.ConditionDiagnostics;

namespace Nurture.Conditions;

/// <summary>What a path names: an attribute, a field of an event, or what the product itself knows.</summary>
internal sealed partial class Binder
{
    private static readonly string[] Roots = ["contact", "account", "trigger", "heard", "response", "session", "event", "now"];

    private Part? BindPath(Expression expression)
    {
        if (PathOf(expression) is not var (root, path))
        {
            return FailedPart(expression, NotInConditions, $"{Shown(expression)} is no path.", "A path begins with contact, account, trigger or heard.");
        }

        if (path.Length == 0) return root == "now" ? ReadNow(expression) : UnknownRoot(expression, root);
        if (scope.HasBody)
        {
            return root == "body"
                ? new Part(PartType.Untyped, new FieldRead(Heard.Trigger, path, PartType.Untyped, Reading.Absent), MayBeAbsent: true)
                : FailedPart(expression, UnknownName, $"{Shown(expression)} is not known: a hook asks the body alone.", "Write body.… with the place in the JSON.");
        }

        return root switch
        {
            "contact" => BindAttribute(expression, SubjectKind.Contact, path),
            "account" => BindAttribute(expression, SubjectKind.Account, path),
            "trigger" => BindField(expression, Heard.Trigger, path),
            "heard" => BindField(expression, Heard.Wait, path),
            "response" => BindResponse(expression, path),
            "session" => BindSession(expression, path),
            "event" => BindField(expression, Heard.Own, path),
            _ => UnknownRoot(expression, root),
        };
    }

    /// <summary>The head of a path and the rest of it with dots; null for anything else.</summary>
    private (string Root, string Path)? PathOf(Expression expression)
    {
        var names = new Stack<string>();
        while (expression is Expression.Member member)
        {
            names.Push(member.Identifier);
            expression = member.Target;
        }

        return expression is Expression.Name name ? (name.Identifier, string.Join('.', names)) : null;
    }

    private Part? ReadNow(Expression expression) =>
        own is null ? new Part(PartType.Instant, new Now()) : FailedPart(expression, NotHere, "A where reads the event's own fields, and no clock.");

    private Part? UnknownRoot(Expression expression, string root)
    {
        var name = Shown(expression);
        if (name == root && ConditionFunctions.Find(root) is { } function)
        {
            return FailedPart(expression, BadArguments, $"{root} is a function and needs its brackets.", $"Write {function.Signature}.");
        }

        var hint = scope.Plan.AccountAttributes.ContainsKey(name) ? (Wording)$"Did you mean account.{name}?"
            : scope.Plan.ContactAttributes.ContainsKey(name) ? (Wording)$"Did you mean contact.{name}?"
            : Roots.Contains(root) ? (Wording)$"Write {root}.… with the name of what you mean."
            : Spelling.Nearest(root, Roots) is { } nearest ? (Wording)$"Did you mean {nearest}{name[root.Length..]}?"
            : $"Texts stand in quotes: \"{name}\". Paths begin with contact, account, trigger or heard.";
        return FailedPart(expression, UnknownName, $"{name} is not known.", hint);
    }

    private Part? BindAttribute(Expression expression, SubjectKind of, string name)
    {
        if (own is not null)
        {
            return FailedPart(expression, NotHere, $"A where reads the event's own fields, not {Shown(expression)}.", "Ask it outside of the brackets, joined with &&.");
        }

        if (of == SubjectKind.Contact && NeedsNoContact(expression)) return null;
        Reads(of);
        if (of == SubjectKind.Contact && name == "role") return new Part(PartType.Roles, Roles: new RolesOfContact());
        if (ProductKnowledge.Of(of, name) is { } known)
        {
            readsHealth |= ProductKnowledge.IsOfHealth(of, name);
            return IsOutOfReach(expression) ? null : known;
        }

        if (of == SubjectKind.Account) accountAttributes.Add(name);
        if (scope.Plan.Attribute(of, name) is { } planned) return Planned(of, planned);
        if (ProductKnowledge.TextAttributes(of).Contains(name)) return TextAttribute(of, name);
        if (scope.Plan.ContactAttributes.Count + scope.Plan.AccountAttributes.Count == 0)
        {
            return new Part(PartType.Untyped, new AttributeRead(of, name, PartType.Untyped, Reading.Absent), MayBeAbsent: true);
        }

        return FailedPart(expression, UnknownAttribute, $"{Shown(expression)} is not in the tracking plan.", AttributeHint(of, name));
    }

    private Wording? AttributeHint(SubjectKind of, string name)
    {
        var (root, other, otherRoot) = of == SubjectKind.Contact ? ("contact", SubjectKind.Account, "account") : ("account", SubjectKind.Contact, "contact");
        if (scope.Plan.Attribute(other, name) is not null || ProductKnowledge.Names(other).Contains(name))
        {
            return other == SubjectKind.Contact && scope.Subject == SubjectKind.Account
                ? name == "role" ? "It is an attribute of a person, and an account has several: ask has_role(\"…\")." : "It is an attribute of a person, and an account has several."
                : (Wording)$"Did you mean {otherRoot}.{name}?";
        }

        var names = ProductKnowledge.Names(of).Concat((of == SubjectKind.Contact ? scope.Plan.ContactAttributes : scope.Plan.AccountAttributes).Keys);
        return Spelling.Hint(name, names, nearest => $"{root}.{nearest}") ?? "Describe it in events.yaml.";
    }

    private Part Planned(SubjectKind of, PlannedAttribute planned)
    {
        var type = Typed.Of(planned.Type);
        var choices = ProductKnowledge.ChoicesOf(of, planned.Name, scope.Plan);
        var instead = planned.Default.IsNull && of == SubjectKind.Account && planned.Name == "tier" && type == PartType.Text ? Reading.Of(ProductKnowledge.UnsaidTier) : Reading.Of(planned.Default);
        return new Part(type, new AttributeRead(of, planned.Name, type, instead), MayBeAbsent: instead.Kind == ReadingKind.Absent, Choices: choices) { Attribute = (of, planned.Name) };
    }

    private Part TextAttribute(SubjectKind of, string name)
    {
        var instead = of == SubjectKind.Account && name == "tier" ? Reading.Of(ProductKnowledge.UnsaidTier) : Reading.Absent;
        return new Part(PartType.Text, new AttributeRead(of, name, PartType.Text, instead),
            MayBeAbsent: instead.Kind == ReadingKind.Absent, Choices: ProductKnowledge.ChoicesOf(of, name, scope.Plan)) { Attribute = (of, name) };
    }

    private Part? BindField(Expression expression, Heard which, string path)
    {
        if (CannotHear(expression, which)) return null;
        if (path == "contact" || path.StartsWith("contact.", StringComparison.Ordinal)) return BindActor(expression, which, path);

        // A mail is sent after whatever event its scenarios hear.
        if (scope.IsMail && which is (Heard.Trigger or Heard.Wait) && path is not ("name" or "occurred_at")) return new Part(PartType.Untyped, new FieldOfAny(which, path), MayBeAbsent: true);
        var planned = EventsBehind(which).Select(name => scope.Plan.Events.GetValueOrDefault(name) ?? Engine.ProductEvents.Find(name) ?? Engine.ProductEvents.OfTrigger(name)).ToArray();
        var fields = planned.Select(known => known?.Properties.GetValueOrDefault(path)).OfType<PlannedAttribute>().ToArray();
        if (fields.Length > 0)
        {
            var type = fields.Select(field => field.Type).Distinct().Count() == 1 ? Typed.Of(fields[0].Type) : PartType.Untyped;
            var instead = fields.Length == planned.Length && fields.All(field => field.Default == fields[0].Default) ? Reading.Of(fields[0].Default) : Reading.Absent;
            return new Part(type, new FieldRead(which, path, type, instead), MayBeAbsent: instead.Kind == ReadingKind.Absent, Choices: fields is [{ Values.Count: > 0 } only] && planned.Length == 1 ? only.Values : null);
        }

        switch (path)
        {
            case "name": return new Part(PartType.Text, new EventRead(which, occurred => Reading.Of(occurred.Name)), MayBeAbsent: which != Heard.Own);
            case "occurred_at": return new Part(PartType.Instant, new EventRead(which, occurred => Reading.Of(occurred.OccurredAt)), MayBeAbsent: which != Heard.Own);
        }

        // What an event carries is known only if every event it may be is described with its fields.
        var isDescribed = planned.Length > 0 && planned.All(known => known is { Properties.Count: > 0 });
        if (!isDescribed) return new Part(PartType.Untyped, new FieldRead(which, path, PartType.Untyped, Reading.Absent), MayBeAbsent: true);

        var root = which switch { Heard.Trigger => "trigger", Heard.Wait => "heard", Heard.Own => "event", Heard.Response => "response" };
        var known = planned.SelectMany(found => found!.Properties.Keys).Distinct();
        return FailedPart(expression, UnknownField, $"{Shown(expression)} is not in the tracking plan: {EventNames(which)} has no field {path}.",
            Spelling.Hint(path, known, nearest => $"{root}.{nearest}") ?? "Describe it in events.yaml.");
    }

    private string EventNames(Heard which) =>
        string.Join(", ", EventsBehind(which).Select(name => $"\"{name}\""));

    private IReadOnlyList<string> EventsBehind(Heard which) => which switch
    {
        Heard.Trigger => scope.TriggerEvents ?? [],
        Heard.Wait => scope.HeardEvents ?? [],
        Heard.Own => [own!.Name],
        Heard.Response => [],
    };

    private bool CannotHear(Expression expression, Heard which)
    {
        switch (which)
        {
            case Heard.Trigger when own is { SeesTrigger: false } && scope.TriggerEvents is not null:
                report.Error(NotHere, expression.Span, "What is counted is counted for everybody, so a where reads the event's own fields only.", "In goal, exit and wait, event(…, where: …) can read trigger.");
                return true;
            case Heard.Trigger when scope.TriggerEvents is null:
                report.Error(NotHere, expression.Span, "No event starts this, so there is no trigger to read.");
                return true;
            case Heard.Wait when own is not null || scope.HeardEvents is null:
                report.Error(NotHere, expression.Span, "Nothing was heard yet: heard is what the wait before it heard.", "Ask it in a step after a wait for an event.");
                return true;
            case Heard.Own when own is null:
                report.Error(NotHere, expression.Span, "event.… is read inside of where.", scope.TriggerEvents is null ? "Write count(\"x\", \"14d\", where: event.y == 1) >= 1." : "Did you mean trigger.…?");
                return true;
            default:
                return false;
        }
    }

    private Part? BindResponse(Expression expression, string path)
    {
        if (own is not null) return FailedPart(expression, NotHere, $"A where reads the event's own fields, not {Shown(expression)}.", "Ask it outside of the brackets, joined with &&.");
        if (scope.Responses is not { Count: > 0 } known)
            return FailedPart(expression, NotHere, "No webhook has been answered yet: response is what one before it declares.", "Declare it there: webhook: { endpoint: crm, response: { score: data.score } }.");
        if (!known.Contains(path)) return FailedPart(expression, UnknownField, $"No webhook before it declares {Shown(expression)}.", Spelling.Hint(path, known, nearest => $"response.{nearest}"));
        return new Part(PartType.Untyped, new FieldRead(Heard.Response, path, PartType.Untyped, Reading.Absent), MayBeAbsent: true);
    }

    private Part? BindActor(Expression expression, Heard which, string path)
    {
        switch (path)
        {
            case "contact.id":
                return new Part(PartType.Number, new EventRead(which, occurred => occurred.ContactId == 0 ? Reading.Absent : Reading.Of(occurred.ContactId)), MayBeAbsent: true);
            case "contact.role" when which != Heard.Own:
                Reads(scope.Subject);
                Reads(SubjectKind.Account);
                return new Part(PartType.Roles, Roles: new RolesOfActor(which));
            default:
                return FailedPart(expression, UnknownField, $"{Shown(expression)} is not known.", which == Heard.Own ? "Of who did it, id is known." : "Of who did it, id and role are known.");
        }
    }

    private Part? BindSession(Expression expression, string name)
    {
        if (own is not null) return FailedPart(expression, NotHere, $"A where reads the event's own fields, not {Shown(expression)}.", "Ask it outside of the brackets, joined with &&.");
        if (!scope.HasSession)
            return FailedPart(expression, Scenarios.DiagnosticCodes.NoSession, "No session starts this, so there is none to read.", "Such are trigger: { session: webinar, before: 14d }, and trigger: { event: nurture.session_registered }.");
        if (name == "registration") Reads(SubjectKind.Contact);
        return SessionRead.Of(name) ?? FailedPart(expression, UnknownField, $"{Shown(expression)} is not known: a session has no {name}.",
            Spelling.Hint(name, SessionRead.Names, nearest => $"session.{nearest}") ?? $"It has {string.Join(", ", SessionRead.Names)}.");
    }

    private void Reads(SubjectKind kind)
    {
        readsContact |= kind == SubjectKind.Contact;
        readsAccount |= kind == SubjectKind.Account;
    }

    private bool IsOutOfReach(Expression expression)
    {
        if (!scope.IsOfAttributesAlone) return false;
        report.Error(NotHere, expression.Span, $"Here attributes of the account are asked, and not {Shown(expression)}.", "Such as account.plan == \"trial\", days_until(account.contract_end) >= 0 or exists(account.contract_end).");
        return true;
    }

    private bool NeedsNoContact(Expression expression, Wording? hint = null)
    {
        if (scope.Subject == SubjectKind.Contact) return false;
        report.Error(NotHere, expression.Span, $"{Shown(expression)} asks one person, and the scenario is about an account.", hint ?? "Ask account.…, has_role(\"…\"), or trigger.contact.role.");
        return true;
    }
}
