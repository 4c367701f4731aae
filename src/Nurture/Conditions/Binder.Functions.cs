using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Templating.Syntax;
using static Nurture.Conditions.ConditionDiagnostics;

namespace Nurture.Conditions;

/// <summary>The functions, one by one. Counting ones are in Binder.Counting.cs.</summary>
internal sealed partial class Binder
{
    private Part? BindCall(Expression.Call call)
    {
        if (call.IsPiped) return Unsaid(call, "pipes", "Write a function with brackets, or || for or.");
        if (!IsWrittenWithBrackets(call))
        {
            var isFunction = PathOf(call.Function) is var (head, _) && ConditionFunctions.Find(head) is not null;
            return FailedPart(call, Syntax, isFunction
                    ? (Wording)$"The brackets of {Shown(call.Function)} must follow it at once."
                    : (Wording)$"Between {Shown(call.Function)} and what follows it, an operator is missing.",
                isFunction ? (Wording)$"Write {Shown(call.Function)}(…)." : "There are && || == != < <= > >= + - * /.");
        }

        if (NameOf(call) is not var (receiver, name)) return UnknownFunction(call);
        var declared = ConditionFunctions.Find(name);
        if (own is not null && declared is { IsInWhere: false })
        {
            return FailedPart(call, NotHere, $"A where reads the event's own fields: {name}(…) cannot be asked in it.", "Ask it outside of the brackets, joined with &&.");
        }

        if (declared is { IsInWhere: false } && (name is not ("days_since" or "days_until") || IsMomentOfEvent(call, name)) && IsOutOfReach(call)) return null;
        if (receiver is not null && declared is { AsksSomebody: false })
        {
            return FailedPart(call, ConditionDiagnostics.UnknownFunction, $"{name}(…) stands alone, without {Shown(call.Function).Split('.')[0]}.", $"Write {name}(…).");
        }

        return name switch
        {
            "count" or "people" => BindCounting(call, null, null),
            "sum" => BindMeasured(call, Figure.Sum),
            "average" => BindMeasured(call, Figure.Average),
            "max" => BindMeasured(call, Figure.Max),
            "min" => BindMeasured(call, Figure.Min),
            "ever" => BindEver(call),
            "first" => BindMoment(call, isFirst: true),
            "last" => BindMoment(call, isFirst: false),
            "silent" => BindSilent(call),
            "event" => BindEvent(call),
            "days_since" => BindDays(call, isCountingDown: false),
            "days_until" => BindDays(call, isCountingDown: true),
            "one_of" => BindOneOf(call),
            "not" => BindNot(call),
            "exists" => BindExists(call),
            "has_role" => BindHasRole(call),
            SegmentCalls.Function => BindSegment(call),
            "reachable" => BindReachable(call),
            "sent" => BindSendFact(call, SendFact.Sent),
            "clicked" => BindSendFact(call, SendFact.Clicked),
            "opened" => BindSendFact(call, SendFact.Opened),
            "answered" => BindSendFact(call, SendFact.Answered),
            _ => UnknownFunction(call),
        };
    }

    private static bool IsMomentOfEvent(Expression.Call call, string name) => name == "days_since" && call.Arguments is [{ Value: var asked }, ..] && Bare(asked) is Expression.Literal;

    /// <summary><c>f(…)</c>, not <c>f …</c>: there the arguments would reach to the end of the condition.</summary>
    private bool IsWrittenWithBrackets(Expression.Call call) => call.Function.Span.End < source.Length && source[call.Function.Span.End] == '(';

    /// <summary>Whom a function asks, where that is said, and its name.</summary>
    private (SubjectKind? Receiver, string Name)? NameOf(Expression.Call call) => call.Function switch
    {
        Expression.Name name => (null, name.Identifier),
        Expression.Member { Target: Expression.Name { Identifier: "contact" } } member => (SubjectKind.Contact, member.Identifier),
        Expression.Member { Target: Expression.Name { Identifier: "account" } } member => (SubjectKind.Account, member.Identifier),
        _ => null,
    };

    private Part? UnknownFunction(Expression.Call call)
    {
        var name = PathOf(call.Function) is var (root, path) && path.Length > 0 ? path : PathOf(call.Function)?.Root ?? "";
        var hint = name switch
        {
            "did" or "has_done" or "happened" => "Did you mean event or ever?",
            "contains" or "in" or "any" => "Did you mean one_of?",
            _ => Spelling.Hint(name, ConditionFunctions.All.Select(function => function.Name), nearest => nearest)
                ?? $"There are {string.Join(", ", ConditionFunctions.All.Select(function => function.Name))}.",
        };
        return FailedPart(call.Function, ConditionDiagnostics.UnknownFunction, $"There is no function {Shown(call.Function)}.", hint);
    }

    private Part? BindNot(Expression.Call call) =>
        Arguments(call, 1, 1) is [var inner] && BindTest(inner) is { } test ? new Part(PartType.Boolean, Test: new Not(test)) : null;

    private Part? BindExists(Expression.Call call)
    {
        if (Arguments(call, 1, 1) is not [var argument]) return null;
        if (Bare(argument) is not (Expression.Member or Expression.Name) && !(Bare(argument) is Expression.Call asked && NameOf(asked) is (_, "first" or "last")))
        {
            return FailedPart(argument, BadArguments, "exists asks for an attribute or a field, or for the moment of an event.", "Write exists(contact.x).");
        }

        if (Bind(argument) is not { } part) return null;
        if (part.Roles is { } roles) return new Part(PartType.Boolean, Test: new HasAnyRole(roles));
        var value = part.Value switch
        {
            AttributeRead attribute => attribute.WithoutDefault(),
            FieldRead field => field.WithoutDefault(),
            FieldOfAny field => field.WithoutDefault(),
            var other => other!,
        };
        return new Part(PartType.Boolean, Test: new Exists(value));
    }

    private Part? BindOneOf(Expression.Call call)
    {
        if (Arguments(call, 2, int.MaxValue) is not [var first, .. var rest]) return null;
        if (Bind(first) is not { } part) return null;
        if (part.Value is null && part.Roles is null)
        {
            return FailedPart(first, BadArguments, "one_of needs a value to look for.", "Write one_of(account.plan, \"pro\", \"enterprise\").");
        }

        var choices = new List<Reading>();
        foreach (var item in rest)
        {
            if (Bind(item) is not { } choice) continue;
            if (choice.Value is not Constant)
            {
                report.Error(BadArguments, item.Span, $"{Shown(item)} is not written out: one_of compares with texts and numbers.", $"Write {Shown(first)} == {Shown(item)}.");
                continue;
            }

            if (IsMoment(part) && MomentIn(item, choice) is var moment)
            {
                if (moment is null) continue;
                if (moment.Type == part.Type) choices.Add(((Constant)moment.Value!).Value);
                else report.Error(TypeMismatch, item.Span, $"{Shown(first)} is {Named(part.Type)} and {Shown(item)} {Named(moment.Type)}: they do not compare.");
                continue;
            }

            var expected = part.Type == PartType.Roles ? PartType.Text : part.Type;
            if (expected != PartType.Untyped && choice.Type != expected)
            {
                report.Error(TypeMismatch, item.Span, $"{Shown(first)} is {Named(part.Type)} and {Shown(item)} {Named(choice.Type)}: they do not compare.", HintFor(item, choice, first, part));
                continue;
            }

            CheckChoice(part, item, choice);
            choices.Add(((Constant)choice.Value).Value);
        }

        if (choices.Count < rest.Length) return null;
        Test test = part.Roles is { } roles
            ? new Junction(deciding: true, [.. choices.Select(choice => new HasRole(roles, choice.Text!))])
            : new OneOf(part.Value!, [.. choices]);
        return new Part(PartType.Boolean, Test: test);
    }

    private Part? BindHasRole(Expression.Call call)
    {
        if (Arguments(call, 1, 1) is not [var argument] || TextIn(argument, "a role") is not { } role) return null;
        if (NameOf(call)!.Value.Receiver == SubjectKind.Contact)
        {
            if (NeedsNoContact(call, $"Ask {Shown(call)["contact.".Length..]}, of anyone.")) return null;
            Reads(SubjectKind.Contact);
            return new Part(PartType.Boolean, Test: new HasRole(new RolesOfContact(), role));
        }

        Reads(SubjectKind.Account);
        return new Part(PartType.Boolean, Test: new HasRole(new RolesOfAccount(), role));
    }

    private Part? BindReachable(Expression.Call call)
    {
        if (Arguments(call, 2, 3) is not { } arguments) return null;
        if (NeedsNoContact(call, "Whether a mail may leave is asked for each of its recipients by itself.")) return null;
        if (TextIn(arguments[0], "a channel") is not { } channel || TextIn(arguments[1], "a class") is not { } className) return null;
        if (channel != "mail") return FailedPart(arguments[0], BadArguments, $"\"{channel}\" is no channel.", "Write \"mail\".");
        SendClass? @class = className switch
        {
            "marketing" => SendClass.Marketing,
            "service" => SendClass.Service,
            "transactional" => SendClass.Transactional,
            _ => null,
        };
        if (@class is not { } known)
        {
            return FailedPart(arguments[1], BadArguments, $"\"{className}\" is no class.",
                Spelling.Hint(className, ["marketing", "service", "transactional"]) ?? "There are marketing, service and transactional.");
        }

        string? topic = null;
        if (arguments is [_, _, var third] && (topic = TextIn(third, "a topic")) is null) return null;
        Reads(SubjectKind.Contact);
        return new Part(PartType.Boolean, Test: new Reachable(known, topic));
    }

    private Part? BindSendFact(Expression.Call call, SendFact fact)
    {
        if (Arguments(call, 1, 1) is not [var argument] || TextIn(argument, "a template") is not { } template) return null;
        if (!scope.HasEnrollment)
        {
            return FailedPart(call, NotHere, $"{Shown(call)} asks about the sends of a passage, and here is none yet.", "Ask it in goal, exit or a step.");
        }

        if (fact == SendFact.Answered && scope.Asks is { } asks && !asks.Contains(template))
        {
            return FailedPart(argument, UnknownTemplate, $"The scenario asks nothing by \"{template}\".", asks.Count > 0 ? Spelling.Hint(template, asks) : "A question is a step of its own: - ask: { template: nps, scale: \"0-10\" }.");
        }

        if (fact != SendFact.Answered && scope.SentTemplates is { } sent && !sent.Contains(template))
        {
            return FailedPart(argument, UnknownTemplate, $"The scenario sends no template \"{template}\".", Spelling.Hint(template, sent));
        }

        if (fact == SendFact.Opened)
        {
            report.Warn(OpenedProvesNothing, call.Span, "Many readers never load the picture that tells of it: not opened is no proof of not read.", $"Ask clicked(\"{template}\"), or not(clicked(\"{template}\")).");
        }

        if (fact != SendFact.Sent) hitTemplates.Add(template);
        return new Part(PartType.Boolean, Test: new SendHas(template, fact, scope.IsInRepeat));
    }

    private Part? BindEvent(Expression.Call call)
    {
        if (Arguments(call, 1, 1, "where", "since") is not [var argument]) return null;
        if (!scope.HasEnrollment)
        {
            var who = NameOf(call)!.Value.Receiver == SubjectKind.Account ? "account." : "";
            return FailedPart(call, NotHere, $"{Shown(call)} means since entry, and here nobody has entered.",
                Bare(argument) is Expression.Literal ? (Wording)$"Name a window: {who}count({Shown(argument)}, \"14d\") >= 1, or ask {who}ever({Shown(argument)})." : null);
        }

        if (AskedSubject(call) is not { } by || EventName(argument, by, call) is not { } name) return null;
        // What a mail is sent from is known when it is; outside of a repeat a turn began never.
        var since = scope.IsInRepeat || scope.IsMail ? Since.Iteration : Since.Entry;
        if (Named(call, "since") is { } written)
        {
            if (TextIn(written, "\"step\" or \"entry\"") is not { } from) return null;
            if (from is not ("step" or "entry")) return FailedPart(written, BadArguments, $"\"{from}\" is no beginning.", $"Write \"step\" or \"entry\"; without it, it is since {(Wording)(scope.IsInRepeat ? "the repeat's turn began" : "entry")}.");
            since = from == "step" ? Since.Step : Since.Entry;
        }

        if (!BindWhere(call, new OwnEvent(name, SeesTrigger: scope.TriggerEvents is not null), out var where, out var whereText)) return null;

        // Stored with every enrollment, so short, and as stable as the criteria's keys.
        var key = (by == SubjectKind.Account ? "account:" : "") + name
            + (whereText.Length > 0 ? $"#{Criterion.Hash(whereText):x16}" : "") + since switch { Since.Entry => "", Since.Step => "@step", Since.Iteration => "@iteration" };
        var predicate = new EventPredicate(key, name, where, by, since);
        events.Add(predicate);
        return new Part(PartType.Boolean, Test: new HasHappened(predicate));
    }

    private Part? BindDays(Expression.Call call, bool isCountingDown)
    {
        if (Arguments(call, 1, 1, isCountingDown ? [] : ["where"]) is not [var argument]) return null;
        var name = isCountingDown ? "days_until" : "days_since";
        if (Bare(argument) is Expression.Literal { Value: string text })
        {
            if (isCountingDown) return FailedPart(argument, BadArguments, $"days_until asks for a day or a moment, and \"{text}\" is a text.", $"Write days_until(account.x), or days_since(\"{text}\") for an event.");
            if (AskedSubject(call) is not { } of || EventName(argument, of, call) is not { } eventName) return null;
            if (!BindWhere(call, new OwnEvent(eventName, SeesTrigger: false), out var where, out var whereText)) return null;
            var last = Counted(of, CriterionKind.Count, eventName, where, whereText, null, 1);
            return new Part(PartType.Number, new Days(new Last(last), isCountingDown: false), MayBeAbsent: true);
        }

        if (NameOf(call)!.Value.Receiver is not null || Named(call, "where") is not null)
        {
            return FailedPart(argument, BadArguments, $"{Shown(call.Function)} asks for an event here, in quotes.", $"Write {name}({Shown(argument)}) for an attribute.");
        }

        if (Bind(argument) is not { } part) return null;
        if (!IsMoment(part) && part.Type != PartType.Untyped)
        {
            return FailedPart(argument, BadArguments, $"{name} asks for a day or a moment, and {Shown(argument)} is {Named(part.Type)}.");
        }

        var moment = part.Type == PartType.Untyped ? new AsMoment(part.Value!, PartType.Untyped) : part.Value!;
        return new Part(PartType.Number, new Days(moment, isCountingDown), MayBeAbsent: part.MayBeAbsent);
    }

    /// <summary>The positional arguments, when their number is right and no unknown name is among the named ones.</summary>
    private Expression[]? Arguments(Expression.Call call, int least, int most, params string[] named)
    {
        var name = NameOf(call)!.Value.Name;
        foreach (var argument in call.Arguments)
        {
            if (argument.Name is null || named.Contains(argument.Name)) continue;
            report.Error(BadArguments, argument.Value.Span, $"{name} has no argument {argument.Name}.", Spelling.Hint(argument.Name, named, nearest => $"{nearest}:"));
            return null;
        }

        if (call.Arguments.Where(argument => argument.Name is not null).GroupBy(argument => argument.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            report.Error(BadArguments, twice.Last().Value.Span, $"{twice.Key} is given twice.", "Join both with &&.");
            return null;
        }

        var positional = call.Arguments.Where(argument => argument.Name is null).Select(argument => argument.Value).ToArray();
        if (positional.Length >= least && positional.Length <= most) return positional;
        report.Error(BadArguments, call.Span, positional.Length == 1 ? (Wording)$"{Shown(call.Function)} has 1 argument." : $"{Shown(call.Function)} has {positional.Length} arguments.", $"Write {ConditionFunctions.Find(name)!.Signature}.");
        return null;
    }

    private static Expression? Named(Expression.Call call, string name) => call.Arguments.FirstOrDefault(argument => argument.Name == name)?.Value;

    /// <summary>A text that is written out; what it should be is said otherwise.</summary>
    private string? TextIn(Expression expression, Wording what)
    {
        if (Bare(expression) is Expression.Literal { Value: string { Length: > 0 } text }) return text;
        report.Error(BadArguments, expression.Span, $"Here {what} is expected, written out in quotes, not {Shown(expression)}.",
            Bare(expression) is Expression.Name name ? (Wording)$"Write \"{name.Identifier}\"." : null);
        return null;
    }
}
