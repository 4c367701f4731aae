using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>What was answered before the template runs; null where nobody knew.</summary>
internal sealed class FactNode(string text, SourceSpan span) : ExpressionNode(span)
{
    public override TemplateValue Evaluate(RenderContext context) => context.Facts?[text] ?? TemplateValue.Null;
}
