using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Nurture.Templating.Builtins;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Runtime;

/// <summary>What exists while a template renders. One render, one context, one thread.</summary>
internal sealed class RenderContext : IDisposable
{
    // What a step of work stands for where text is handled.
    public const int CharactersPerStep = 32;

    // To make an object, measured in what an item of a list costs.
    public const int ObjectSteps = 4;

    // Of a message: a value that is quoted in it may be of any length.
    private const int MaxReasonLength = 500;
    private static readonly Wording Loop = "loop statement";

    // A call of a template function or an include, measured in what an iteration costs.
    private const int CallSteps = 8;

    // The one member of a family of functions that templates may set.
    private const string FormatMember = "format";

    private readonly List<Scope> _globals = new(4);
    private readonly List<FunctionScope> _functions = [];
    private TemplateObject _builtins;
    private TemplateValue[] _arguments = new TemplateValue[32];
    private int _argumentCount;
    private OutputBuffer? _spare;

    // Null in mails, where to print too much is an error.
    private readonly OutputBudget? _budget;
    private long _workLeft;
    private long _capturedBytes;
    private int _loopIterations;
    private int _openLoops;
    private bool _ownsTop;
    private ulong _draws;

    public RenderContext(Template template, RenderOptions options, TemplateObject builtins, TemplateObject model)
    {
        Template = template;
        Options = options;
        Limits = options.Limits;
        Culture = options.Culture;
        _budget = template.Options.IsMail ? null : new OutputBudget(options.Limits.StringLength);
        // Loops and values make a mail longer than its template.
        Output = new OutputBuffer(options.Limits.OutputBytes, _budget, Math.Clamp(2 * template.Text.Length, 1024, 32 * 1024));
        _draws = unchecked((ulong)options.Seed);
        Frame = new Frame(template.Bound.Layout, template.Bound.NewLocals(), null, null);
        _builtins = builtins;
        _workLeft = options.Limits.WorkSteps;
        _globals.Add(new Scope(model));
        Facts = model.TryGet(FactLanguage.Member, out var facts) && facts.TryGetObject(out var answers) ? answers : null;
    }

    public Template Template { get; set; }

    public RenderOptions Options { get; }

    public RenderLimits Limits { get; }

    public CultureInfo Culture { get; }

    public OutputBuffer Output { get; private set; }

    public Frame Frame { get; set; }

    /// <summary>What was answered before, each by the text of its question.</summary>
    public TemplateObject? Facts { get; }

    public TemplateValue ReturnValue { get; set; }

    public int Depth { get; private set; }

    /// <summary>The block of the <c>wrap</c> whose function is about to be invoked.</summary>
    public TemplateFunction? PendingBlock { get; set; }

    /// <summary>Counters of <c>array.cycle</c> by group.</summary>
    public Dictionary<string, int>? Cycles { get; set; }

    /// <summary>The regular expressions that this render has made.</summary>
    public Dictionary<(string Text, RegexOptions Options), Pattern>? Patterns { get; set; }

    /// <summary>The scope that new loops and plain assignments in functions belong to.</summary>
    public Scope LoopTarget => VisibleFunctionScope() ?? _globals[^1];

    private Scope? VisibleFunctionScope()
    {
        for (var i = _functions.Count - 1; i >= 0; i--)
        {
            if (_functions[i].Scope is { } scope)
            {
                return scope;
            }

            if (_functions[i].HidesCallers)
            {
                return null;
            }
        }

        return null;
    }

    public bool TryFind(string name, ref int lastAt, out TemplateValue value) =>
        TryFindInScopes(name, ref lastAt, out value) || _builtins.TryGet(name, out value);

    /// <summary>Functions' variables from inner to outer, then globals from top to bottom, the loops on each before its members.</summary>
    public bool TryFindInScopes(string name, ref int lastAt, out TemplateValue value)
    {
        for (var i = _functions.Count - 1; i >= 0; i--)
        {
            if (_functions[i].Scope is { } scope && TryFindIn(scope, name, ref lastAt, out value))
            {
                return true;
            }

            if (_functions[i].HidesCallers)
            {
                break;
            }
        }

        for (var i = _globals.Count - 1; i >= 0; i--)
        {
            if (TryFindIn(_globals[i], name, ref lastAt, out value))
            {
                return true;
            }
        }

        value = default;
        return false;
    }

    private static bool TryFindIn(Scope scope, string name, ref int lastAt, out TemplateValue value)
    {
        for (var loop = scope.Loops; loop is not null; loop = loop.Outer)
        {
            if (loop.Variable == name)
            {
                value = loop.Value;
                return true;
            }
        }

        return scope.Variables.TryGet(name, ref lastAt, out value);
    }

    public LoopScope? FindLoop(LoopKind kind)
    {
        for (var i = _functions.Count - 1; i >= 0; i--)
        {
            if (_functions[i].Scope is { } scope && FindLoop(scope, kind) is { } found)
            {
                return found;
            }

            if (_functions[i].HidesCallers)
            {
                break;
            }
        }

        for (var i = _globals.Count - 1; i >= 0; i--)
        {
            if (FindLoop(_globals[i], kind) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static LoopScope? FindLoop(Scope scope, LoopKind kind)
    {
        for (var loop = scope.Loops; loop is not null; loop = loop.Outer)
        {
            if (loop.Kind == kind)
            {
                return loop;
            }
        }

        return null;
    }

    /// <summary>The object a plain assignment of this name writes to.</summary>
    public TemplateObject WriteTarget(string name)
    {
        for (var i = _functions.Count - 1; i >= 0; i--)
        {
            if (_functions[i].Scope?.Variables is { } variables && variables.Contains(name))
            {
                return variables;
            }

            if (_functions[i].HidesCallers)
            {
                break;
            }
        }

        if (VisibleFunctionScope() is { } own && !_globals.Exists(g => g.Variables.Contains(name)) && !_builtins.Contains(name))
        {
            return own.Variables;
        }

        return WritableTop();
    }

    /// <summary>The top global object; the model is copied before the first write, since it may be shared.</summary>
    public TemplateObject WritableTop()
    {
        if (_globals.Count == 1 && !_ownsTop)
        {
            _ownsTop = true;
            if (!ReferenceEquals(_globals[0].Variables.Owner, this))
            {
                _globals[0].Variables = _globals[0].Variables.ShallowCopy(this);
            }
        }

        return _globals[^1].Variables;
    }

    /// <summary>
    /// A family of built-in functions as this render may add to it, its functions read-only; the object itself where it is none.
    /// </summary>
    public TemplateObject WithOwnMembers(TemplateObject family)
    {
        if (family.Owner is not null || Template.Options.IsMail)
        {
            return family;
        }

        foreach (var (name, value) in _builtins)
        {
            if (!value.TryGetObject(out var known) || !ReferenceEquals(known, family))
            {
                continue;
            }

            var own = family.ShallowCopy(this);
            foreach (var (function, _) in family)
            {
                if (function != FormatMember)
                {
                    own.MakeReadOnly(function);
                }
            }

            _builtins = _builtins.Owner is null ? _builtins.ShallowCopy(this) : _builtins;
            _builtins[name] = own;
            return own;
        }

        return family;
    }

    /// <summary>Those that were asked for by name.</summary>
    public Dictionary<string, System.Globalization.CultureInfo>? Cultures { get; set; }

    /// <summary>How dates are printed: what a template assigned to <c>date.format</c>, else the language's own way.</summary>
    public string DateFormat =>
        _builtins.Owner is not null && _builtins["date"].TryGetObject(out var dates) && dates[FormatMember] is { Kind: TemplateValueKind.Text } set
            ? set.AsText : ValuePrinter.DefaultDateFormat;

    public void ReplaceModel(TemplateObject model) => _globals[0].Variables = model;

    public void PushGlobal(TemplateObject variables) => _globals.Add(new Scope(variables));

    public void PopGlobal() => _globals.RemoveAt(_globals.Count - 1);

    public void PushFunction(FunctionScope scope) => _functions.Add(scope);

    public void PopFunction() => _functions.RemoveAt(_functions.Count - 1);

    /// <summary>Names that a misspelled one may have meant.</summary>
    public IEnumerable<string> KnownNames()
    {
        foreach (var global in _globals)
        {
            foreach (var member in global.Variables)
            {
                yield return member.Key;
            }
        }

        foreach (var member in _builtins)
        {
            yield return member.Key;
        }
    }



    /// <summary>The next number of the render's own sequence (SplitMix64: Steele, Lea and Flood, 2014).</summary>
    public ulong Draw()
    {
        unchecked
        {
            var z = _draws += 0x9E3779B97F4A7C15;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            return z ^ z >> 31;
        }
    }

    public int ArgumentCount => _argumentCount;

    public void PushArgument(TemplateValue value)
    {
        if (_argumentCount == _arguments.Length)
        {
            Array.Resize(ref _arguments, _arguments.Length * 2);
        }

        _arguments[_argumentCount++] = value;
    }

    public ReadOnlySpan<TemplateValue> ArgumentsFrom(int start) => _arguments.AsSpan(start, _argumentCount - start);

    public void PopArguments(int start)
    {
        Array.Clear(_arguments, start, _argumentCount - start);
        _argumentCount = start;
    }



    public OutputBuffer BeginCapture()
    {
        var outer = Output;
        Output = _spare ?? new OutputBuffer(Limits.OutputBytes, _budget);
        _spare = null;
        return outer;
    }

    public CapturedText EndCapture(OutputBuffer outer, bool isMarkup, SourceSpan span)
    {
        var written = Output.Written;
        _capturedBytes += written.Length;
        if (_capturedBytes > Limits.OutputBytes)
        {
            throw Error(span, $"What is captured exceeds the limit of {Limits.OutputBytes} bytes.");
        }

        var captured = new CapturedText(written.ToArray(), isMarkup);
        AbandonCapture(outer);
        return captured;
    }

    public void AbandonCapture(OutputBuffer outer)
    {
        Output.Clear();
        if (_spare is null)
        {
            _spare = Output;
        }
        else
        {
            Output.Release();
        }

        Output = outer;
    }

    public void Dispose()
    {
        Output.Release();
        _spare?.Release();
    }



    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Charge(long steps, SourceSpan span)
    {
        if ((_workLeft -= steps) < 0)
        {
            ThrowWorkExceeded(span);
        }
    }

    private void ThrowWorkExceeded(SourceSpan span) =>
        throw Error(span, $"The template does more work than the limit of {Limits.WorkSteps} steps allows.");

    public void EnterLoop() => _openLoops++;

    /// <summary>Loops within each other, and what list functions do inside them, count together; the next outermost loop begins anew.</summary>
    public void LeaveLoop()
    {
        if (--_openLoops == 0)
        {
            _loopIterations = 0;
        }
    }

    public void CountIteration(SourceSpan span, Wording? where = null)
    {
        CountIterations(1, span, where ?? Loop);
        if (Options.Cancel.IsCancellationRequested)
        {
            Options.Cancel.ThrowIfCancellationRequested();
        }
    }

    public void CountIterations(long count, SourceSpan span, Wording where)
    {
        if (Limits.LoopIterations > 0)
        {
            if (_loopIterations + count > Limits.LoopIterations)
            {
                throw Error(span, $"Exceeding number of iteration limit `{Limits.LoopIterations}` for {where}.");
            }

            if (_openLoops > 0)
            {
                _loopIterations += (int)count;
            }
        }

        Charge(count, span);
    }

    /// <summary>To be called before a text of this length is made.</summary>
    public void ChargeText(long length, SourceSpan span, Wording what)
    {
        CheckText(length, span, what);
        Charge(1 + length / CharactersPerStep, span);
    }

    public void CheckText(long length, SourceSpan span, Wording what)
    {
        if (length > Limits.StringLength)
        {
            throw Error(span, $"{what} exceeds LimitToString `{Limits.StringLength}`.");
        }
    }

    /// <summary>To be called before one text is looked for in another: an almost found one costs nearly its length at every place.</summary>
    public void ChargeSearch(int length, int sought, SourceSpan span) =>
        Charge(sought > length ? 1 : 1 + length / CharactersPerStep * (1 + sought / (long)CharactersPerStep), span);

    /// <summary>To be called before whole numbers of any size are calculated with.</summary>
    public void ChargeArithmetic(BinaryOperator @operator, TemplateValue left, TemplateValue right, SourceSpan span)
    {
        if (left.Kind != TemplateValueKind.BigInteger && right.Kind != TemplateValueKind.BigInteger || !left.IsInteger || !right.IsInteger)
        {
            return;
        }

        var (a, b) = (Numbers.Limbs(left), Numbers.Limbs(right));
        Charge(@operator switch
        {
            BinaryOperator.Multiply => 1 + a * b / 256,
            BinaryOperator.Divide or BinaryOperator.DivideInteger or BinaryOperator.Modulo => 1 + (a + b) / 16 + Math.Max(0, a - b) * b / 256,
            BinaryOperator.ShiftLeft => 1 + a + Math.Abs((right.Kind == TemplateValueKind.BigInteger ? 0 : right.AsLong) / 64),
            _ => 1 + (a + b) / 16,
        }, span);
    }

    /// <param name="locals">How many locals the run of it has.</param>
    public void EnterCall(SourceSpan span, string what, int locals = 0)
    {
        if (Depth >= Limits.RecursionDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Error(span, $"Exceeding number of recursive depth limit `{Limits.RecursionDepth}` for node: `{what}`");
        }

        Depth++;
        Charge(CallSteps + locals / 4, span);
    }

    public void LeaveCall() => Depth--;

    public void EnsureStack(SourceSpan span)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Error(span, "This template is nested too deeply to be run.");
        }
    }



    public TemplateException Error(SourceSpan span, Wording said, Wording? advice = null, Exception? inner = null)
    {
        var place = Template.EvaluatedAt ?? span;
        return new(Template.Name, place.Line, place.Column, said.ToString() is { Length: > MaxReasonLength } reason ? Wording.Verbatim(reason[..MaxReasonLength] + "…") : said, advice, inner);
    }

    public TemplateException Error(SourceSpan span, TemplateFault fault) => Error(span, fault.Said, fault.Advice, fault);

    public string Print(TemplateValue value, SourceSpan span)
    {
        if (value.AsPlainString is { } text)
        {
            return _budget is null ? text : ValuePrinter.Cut(text, Limits);
        }

        if (value.Kind == TemplateValueKind.BigInteger)
        {
            ChargeDigits(value, span);
        }

        try
        {
            var printed = value.Kind == TemplateValueKind.Date
                ? Runtime.DateFormat.Write(Shown(value.AsDate), DateFormat, Culture, Template.Options.IsMail)
                : ValuePrinter.Print(value, Culture, Limits, this, span);
            Charge(printed.Length / CharactersPerStep, span);
            return printed;
        }
        catch (TemplateFault fault)
        {
            throw Error(span, fault);
        }
    }

    /// <summary>To be called before a whole number of any size is written in decimal digits, which takes the square of their number.</summary>
    public void ChargeDigits(TemplateValue value, SourceSpan span)
    {
        var limbs = Numbers.Limbs(value);
        Charge(limbs * limbs / 16, span);
    }

    /// <summary>The date at the offset at which this render shows dates; at its own where that would lie outside the calendar.</summary>
    public DateTimeOffset Shown(DateTimeOffset date)
    {
        if (Options.OffsetAt is not { } offsetAt)
        {
            return date;
        }

        var offset = offsetAt(date);
        var ticks = date.UtcTicks + offset.Ticks;
        return ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks ? date.ToOffset(offset) : date;
    }
}
