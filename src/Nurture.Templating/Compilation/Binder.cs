using System.Runtime.CompilerServices;
using System.Text;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>A template made ready to run.</summary>
internal sealed record BoundTemplate(StatementNode[] Body, FrameLayout Layout)
{
    public TemplateValue[] NewLocals() => Layout.NewLocals();
}

/// <summary>
/// Turns the tree of a template into nodes: locals get slots, loop variables their distance, built-ins are looked up, text
/// is encoded. Notes on the way which names the template takes from its model.
/// </summary>
internal sealed partial class Binder(string text, TemplateOptions options, TemplateObject builtins)
{
    private readonly List<TemplateDiagnostic> _diagnostics = [];
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _namesInFunctions = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _called = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _includes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _assigned = new(StringComparer.Ordinal);

    // Loops around the current place, innermost last; null where one binds no plain name. Cut off at functions and `with`.
    private List<string?> _loops = [];

    // Plain names bound by any loop around the current place, also beyond what cuts `_loops` off: these are not inputs.
    private readonly List<string> _bound = [];

    private Dictionary<string, int> _loopLocals = new(StringComparer.Ordinal);
    private FrameLayout _layout = new();
    private int _openLoops;

    // What is being bound is assigned to.
    private bool _isTarget;

    // Objects around the current place whose members are plain names there: `with`, and `{ }` while its values are made.
    private int _openObjects;

    private int _openFunctions;

    // What is printed next is what an `href` or `src` begins with.
    private bool _beginsAddress;

    // A `ret` stands in the function that is being bound.
    private bool _hasReturn;

    // The head of a path is being bound, whose whole has been noted already.
    private bool _isHead;

    public IReadOnlyList<TemplateDiagnostic> Diagnostics => _diagnostics;

    public IReadOnlyCollection<string> Names => _names;

    public IReadOnlyCollection<string> Called => _called;

    public IReadOnlyCollection<string> Includes => _includes;

    public IReadOnlyCollection<string> Assigned => _assigned;

    public IReadOnlyList<(SourceSpan At, string Code)> UnknownDateCodes => _dateCodes;

    /// <summary>Those whose sides are known before anything runs: in a mail, and where nothing sets names that are not written.</summary>
    public IReadOnlyList<TemplateComparison> Comparisons => !options.IsMail || ReadsUnnamed || _setsUnnamed ? []
        : [.. _comparisons.Where(compared => !compared.Left.Concat(compared.Right).Any(value => value.Path is { } path && (_assigned.Contains(path.Split('.', 2)[0]) || _changed.Contains(path.Split('.', 2)[0]))))];

    public bool ReadsUnnamed { get; private set; }

    public BoundTemplate Bind(Block template)
    {
        var bound = new BoundTemplate(BindBlock(template), _layout);
        _names.UnionWith(_namesInFunctions.Where(path => !_declarations.ContainsKey((null, path.Split('.', 2)[0]))));
        if (options.IsMail)
        {
            CheckMentions();
        }

        return bound;
    }

    private StatementNode[] BindBlock(Block? block)
    {
        if (block is null)
        {
            return [];
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        var bound = new List<StatementNode>(block.Statements.Count);
        var beginsAddress = _beginsAddress;
        foreach (var statement in block.Statements)
        {
            _beginsAddress = beginsAddress;
            var node = BindStatement(statement);
            beginsAddress = statement switch
            {
                Statement.Text text => options is { IsMail: true, IsHtml: true } && Addresses.BeginBehind(text.Value),
                Statement.Print => false,
                _ => beginsAddress,
            };
            bound.Add(statement.Indent is { } indent && !options.IsMail ? new IndentNode(node, Encoding.UTF8.GetBytes(indent)) : node);
        }

        _beginsAddress = false;
        return [.. bound];
    }

    private StatementNode BindStatement(Statement statement) => statement switch
    {
        Statement.Text raw => new TextNode(Encoding.UTF8.GetBytes(raw.Value), raw.Span),
        Statement.Print print when _beginsAddress => new AddressNode(BindPrinted(print.Value), print.Span),
        Statement.Print print => new PrintNode(BindPrinted(print.Value), options.IsHtml, options.IsMail),
        Statement.Assign assign => BindAssign(assign),
        Statement.If @if => new IfNode([.. @if.Branches.Select(b => (BindTested(b.Condition), BindBlock(b.Body)))], BindBlock(@if.Else), @if.Span),
        Statement.Case @case => BindCase(@case),
        Statement.For @for => BindFor(@for),
        Statement.While @while => BindWhile(@while),
        Statement.Break leave => new LeaveLoopNode(Flow.Break, _openLoops == 0, leave.Span),
        Statement.Continue leave => new LeaveLoopNode(Flow.Continue, _openLoops == 0, leave.Span),
        Statement.Capture capture => BindCapture(capture),
        Statement.With with => BindWith(with),
        Statement.Import import => BindImport(import),
        Statement.ReadOnly readOnly => new ReadOnlyNode(readOnly.Name.Identifier, readOnly.Span),
        Statement.Return @return => BindReturn(@return),
        Statement.Wrap wrap => BindWrap(wrap),
        Statement.Function function => BindFunction(function),
        _ => throw new InvalidOperationException($"A {statement.GetType().Name} is not a statement that can be bound."),
    };

    private CaseNode BindCase(Statement.Case statement)
    {
        foreach (var value in statement.Whens.SelectMany(w => w.Values))
        {
            NoteComparison(BinaryOperator.Equal, statement.Subject, value, value.Span);
        }

        return new CaseNode(
            BindExpression(statement.Subject),
            [.. statement.Whens.Select(w => (w.Values.Select(v => BindExpression(v)).ToArray(), BindBlock(w.Body)))],
            BindBlock(statement.Else), statement.Span);
    }

    private ImportNode BindImport(Statement.Import import)
    {
        _setsUnnamed = true;
        return new ImportNode(BindExpression(import.Source), import.Span);
    }

    private AssignNode BindAssign(Statement.Assign assign)
    {
        var value = BindExpression(assign.Value);
        if (assign is { Operator: null, Target: Expression.Name { Identifier: var name }, Value: FunctionLiteral literal })
        {
            NoteDeclaration(name, literal.Declaration);
        }

        return new AssignNode(BindTarget(assign.Target, isRead: assign.Operator is not null), assign.Operator, value, assign.Span);
    }

    private TargetNode BindTarget(Expression target, bool isRead = false)
    {
        if (target is Expression.Name name)
        {
            if (isRead)
            {
                NoteName(name.Identifier);
            }

            _assigned.Add(name.Identifier);
            _layout.Set(name.Identifier);
        }

        NoteSetting(target);

        // What is set may be a member of a family of functions, though not one of its functions.
        _isTarget = !options.IsMail;
        var bound = BindUncalled(target, isTested: false);
        _isTarget = false;
        return bound is TargetNode node ? node : NotAssignable(target);
    }

    private TargetNode NotAssignable(Expression target)
    {
        _diagnostics.Add(new TemplateDiagnostic(target.Span, "Unsupported target expression for assignment.", "Assign to a variable, a member or an element."));
        return new ArgumentsNode(target.Span);
    }

    private ForNode BindFor(Statement.For statement)
    {
        var kind = statement.Options.IsTable ? LoopKind.Table : LoopKind.For;
        var source = BindExpression(statement.Source);
        var offset = BindOptional(statement.Options.Offset);
        var limit = BindOptional(statement.Options.Limit);
        var columns = BindOptional(statement.Options.Columns);
        var variable = statement.Variable is Expression.Name { Identifier: ['$', ..] } ? null : (statement.Variable as Expression.Name)?.Identifier;
        TargetNode? target = null;
        var outerLocals = _loopLocals;
        if (statement.Variable is Expression.Name { Identifier: ['$', _, ..] } local)
        {
            var slot = _layout.Reserve();
            target = new LocalNode(local.Identifier, slot, slot, null, local.Span);
            _layout.Set(local.Identifier);
            _loopLocals = new Dictionary<string, int>(outerLocals, StringComparer.Ordinal) { [local.Identifier] = slot };
        }
        else if (variable is null)
        {
            target = BindTarget(statement.Variable);
        }
        else
        {
            _bound.Add(variable);
            _everBound.Add(variable);
        }

        var body = BindLoopBody(variable, statement.Body);
        _loopLocals = outerLocals;
        if (variable is not null)
        {
            _bound.RemoveAt(_bound.Count - 1);
        }

        var head = new LoopHead(kind, variable, target, source, offset, limit, columns, statement.Options.IsReversed);
        return new ForNode(head, body, BindBlock(statement.Else), statement.Span);
    }

    private StatementNode[] BindLoopBody(string? variable, Block body)
    {
        _loops.Add(variable);
        _openLoops++;
        var bound = BindBlock(body);
        _openLoops--;
        _loops.RemoveAt(_loops.Count - 1);
        return bound;
    }

    private WhileNode BindWhile(Statement.While statement)
    {
        _loops.Add(null);
        var condition = BindExpression(statement.Condition);
        _loops.RemoveAt(_loops.Count - 1);
        return new WhileNode(condition, BindLoopBody(null, statement.Body), statement.Span);
    }

    private ExpressionNode? BindOptional(Expression? expression) => expression is null ? null : BindExpression(expression);

    private CaptureNode BindCapture(Statement.Capture capture)
    {
        var body = BindBlock(capture.Body);
        return new CaptureNode(BindTarget(capture.Target), body, options.IsHtml, capture.Span);
    }

    private WithNode BindWith(Statement.With with)
    {
        var target = BindExpression(with.Target);
        var outer = _loops;
        _loops = [];
        _openObjects++;
        var body = BindBlock(with.Body);
        _openObjects--;
        _loops = outer;
        return new WithNode(target, body, with.Span);
    }

    private ExpressionNode BindPrinted(Expression value)
    {
        var bound = value is Expression.Call call && !IsFact(call) ? BindCall(call, block: null, isStatement: true) : BindExpression(value);
        if (bound is TargetNode path)
        {
            path.IsStatement = true;
        }

        return bound;
    }

    private ReturnNode BindReturn(Statement.Return @return)
    {
        _hasReturn = true;
        return new ReturnNode(@return.Value is null ? null : BindExpression(@return.Value), @return.Span);
    }

    private PrintNode BindWrap(Statement.Wrap wrap)
    {
        var call = wrap.Call as Expression.Call ?? new Expression.Call(wrap.Call, [], false, wrap.Call.Span);
        return new PrintNode(BindCall(call, BindWrapped(wrap.Body), isStatement: true), options.IsHtml, isMail: false);
    }

    /// <summary>What a <c>wrap</c> holds runs when its function says so: in a mail with the locals of the place where it is written, else with that function's.</summary>
    private ScriptFunctionBody BindWrapped(FunctionDeclaration declaration)
    {
        var (loops, locals, layout, openLoops, hasReturn) = (_loops, _loopLocals, _layout, _openLoops, _hasReturn);
        (_loops, _openLoops, _hasReturn, _beginsAddress) = ([], 0, false, false);
        if (!options.IsMail)
        {
            (_loopLocals, _layout) = (new(StringComparer.Ordinal), new FrameLayout());
        }

        _openFunctions++;
        var made = new ScriptFunctionBody(null, null, BindBlock(declaration.Body), null, _layout, _hasReturn, SelfSlot: -1);
        _openFunctions--;
        (_loops, _loopLocals, _layout, _openLoops, _hasReturn) = (loops, locals, layout, openLoops, hasReturn);
        return made;
    }

    private DeclareFunctionNode BindFunction(Statement.Function function)
    {
        var name = function.Declaration.Name!;
        NoteDeclaration(name, function.Declaration);
        var target = BindTarget(new Expression.Name(name, function.Span));
        return new DeclareFunctionNode(target, BindFunctionBody(function.Declaration, name.StartsWith('$') ? name : null), function.Span);
    }

    /// <param name="selfName">The local name by which the function can call itself.</param>
    private ScriptFunctionBody BindFunctionBody(FunctionDeclaration declaration, string? selfName)
    {
        var (loops, locals, layout, openLoops) = (_loops, _loopLocals, _layout, _openLoops);
        (_loops, _loopLocals, _layout, _openLoops) = ([], new(StringComparer.Ordinal), new FrameLayout(), 0);
        var outerHasReturn = _hasReturn;
        (_hasReturn, _beginsAddress) = (false, false);
        var self = selfName is null ? -1 : _layout.SlotOf(selfName);
        if (selfName is not null)
        {
            _layout.Set(selfName);
        }

        var parameters = declaration.Parameters?.Select(p => p.Name).ToList() ?? [];
        _bound.AddRange(parameters);
        _everBound.UnionWith(parameters);
        _openFunctions++;
        var made = new ScriptFunctionBody(
            declaration.Name, declaration.Parameters, BindBlock(declaration.Body), BindOptional(declaration.Value), _layout, _hasReturn, self);
        _openFunctions--;
        _bound.RemoveRange(_bound.Count - parameters.Count, parameters.Count);
        (_loops, _loopLocals, _layout, _openLoops, _hasReturn) = (loops, locals, layout, openLoops, outerHasReturn);
        return made;
    }
}
