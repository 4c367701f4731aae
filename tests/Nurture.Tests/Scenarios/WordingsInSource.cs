using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Nurture.Tests.Scenarios;

/// <summary>Every <see cref="Nurture.Templating.Wording"/> that the sources write, as the compiler reads them.</summary>
internal sealed class WordingsInSource
{
    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        global using Wording = Nurture.Templating.Wording;
        """;

    private static readonly string[] Projects = ["Nurture.Templating", "Nurture", "Nurture.Storage", "Nurture.Server"];

    private readonly SortedDictionary<string, string> forms = new(StringComparer.Ordinal);
    private readonly List<string> unreadable = [];
    private SemanticModel model = null!;

    private WordingsInSource()
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var trees = Projects.SelectMany(project => Directory.EnumerateFiles(Path.Combine(Fixtures.Root, "src", project), "*.cs", SearchOption.AllDirectories))
            .Select(file => (Path: Path.GetRelativePath(Fixtures.Root, file).Replace('\\', '/'), Text: File.ReadAllText(file)))
            .Where(one => !one.Path.Contains("/obj/", StringComparison.Ordinal) && !one.Path.Contains("/bin/", StringComparison.Ordinal))
            .Select(one => CSharpSyntaxTree.ParseText(one.Text, options, one.Path)).ToList();
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => !Path.GetFileName(file).StartsWith("Nurture", StringComparison.Ordinal)).Select(file => MetadataReference.CreateFromFile(file));
        var compilation = CSharpCompilation.Create("Sources", [.. trees, CSharpSyntaxTree.ParseText(Usings, options)], references, new(OutputKind.DynamicallyLinkedLibrary));
        foreach (var tree in trees.Where(Speaks))
        {
            model = compilation.GetSemanticModel(tree);
            foreach (var written in tree.GetRoot().DescendantNodes().OfType<ExpressionSyntax>().Where(MayBeText)) Visit(written);
        }
    }

    public static WordingsInSource All { get; } = new();

    /// <summary>With the first place of each.</summary>
    public IReadOnlyDictionary<string, string> Forms => forms;

    /// <summary>Texts that are put together before they become wordings, so that nobody can translate them.</summary>
    public IReadOnlyList<string> Unreadable => unreadable;

    // What the shell says to authors is in few files, and the rest of it takes the time.
    private static bool Speaks(SyntaxTree tree) => !tree.FilePath.StartsWith("src/Nurture.S", StringComparison.Ordinal)
        || tree.ToString() is var text && (text.Contains("DiagnosticCodes.", StringComparison.Ordinal) || text.Contains("Wording", StringComparison.Ordinal) || text.Contains("TemplateException(", StringComparison.Ordinal));

    private static bool MayBeText(ExpressionSyntax written) => written is CastExpressionSyntax or InterpolatedStringExpressionSyntax
        || written.IsKind(SyntaxKind.StringLiteralExpression)
        || written is not (LiteralExpressionSyntax or TypeSyntax and not IdentifierNameSyntax)
            && written.Parent is ArgumentSyntax or EqualsValueClauseSyntax or ArrowExpressionClauseSyntax or ReturnStatementSyntax or AssignmentExpressionSyntax
                or ConditionalExpressionSyntax or SwitchExpressionArmSyntax or ParenthesizedExpressionSyntax or BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } or ExpressionElementSyntax;

    private void Visit(ExpressionSyntax written)
    {
        if (written is CastExpressionSyntax cast && IsWording(model.GetTypeInfo(cast).Type)) Take(cast.Expression);
        else if (written.Parent is not CastExpressionSyntax && model.GetTypeInfo(written) is { Type.SpecialType: SpecialType.System_String } type && IsWording(type.ConvertedType)) Take(written);
    }

    private void Take(ExpressionSyntax written)
    {
        switch (written)
        {
            case ParenthesizedExpressionSyntax inner: Take(inner.Expression); break;
            case ConditionalExpressionSyntax choice:
                TakeConstant(choice.WhenTrue);
                TakeConstant(choice.WhenFalse);
                break;
            case SwitchExpressionSyntax choice:
                foreach (var arm in choice.Arms) TakeConstant(arm.Expression);
                break;
            case InterpolatedStringExpressionSyntax text: Add(FormOf(text), written); break;
            default: TakeConstant(written); break;
        }
    }

    private void TakeConstant(ExpressionSyntax written)
    {
        if (written is ParenthesizedExpressionSyntax or ConditionalExpressionSyntax or SwitchExpressionSyntax) Take(written);
        else if (written is ThrowExpressionSyntax) return;
        else if (model.GetConstantValue(written) is { HasValue: true, Value: var text }) Add(text as string, written);
        else if (!IsWording(model.GetTypeInfo(written).Type)) unreadable.Add($"{PlaceOf(written)}: {written}");
    }

    private void Add(string? form, ExpressionSyntax written)
    {
        if (form is not null) forms.TryAdd(form, PlaceOf(written));
    }

    private static string FormOf(InterpolatedStringExpressionSyntax text)
    {
        var holes = 0;
        return string.Concat(text.Contents.Select(part => part is InterpolatedStringTextSyntax literal ? WithoutEscapes(literal) : $"{{{holes++}}}"));
    }

    private static string WithoutEscapes(InterpolatedStringTextSyntax literal) =>
        literal.TextToken.ValueText.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal);

    private static bool IsWording(ITypeSymbol? type) => type?.ToDisplayString(NullableFlowState.None) == "Nurture.Templating.Wording";

    private static string PlaceOf(ExpressionSyntax written) => $"{written.SyntaxTree.FilePath}({written.GetLocation().GetLineSpan().StartLinePosition.Line + 1})";
}
