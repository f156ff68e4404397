using System.Linq;
using System.Text.RegularExpressions;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class NameRules
{
    // Texts that name what may not be named, annotations, and f-strings.
    private void Texts()
    {
        foreach (StringLiteral text in facts.Texts.Where(t => SpecialText().IsMatch(t.Value)))
        {
            findings.Add("dunder", text, "This text names special attributes.");
        }

        foreach (Expr annotation in facts.Annotations)
        {
            Parts.Visit(annotation, part =>
            {
                if (part is NameExpr name && _refused.Contains(name.Id))
                {
                    findings.Add("builtin", name, $"{name.Id} is not allowed.");
                }
            });
        }

        foreach ((FString text, Space space) in facts.Formats)
        {
            if (text.Pieces.Any(p => p.Literals.Any(l => WideSpec().IsMatch(l)) || p.Fields.Where((_, i) => p.Literals[i].StartsWith(':')).Any(f => IsWide(f, space))))
            {
                findings.Add("memory", text, "This template makes a text larger than the device's memory.");
            }
        }
    }

    private void Filled(Possible template, CallTrailer call, Space space)
    {
        Template(template, '{', call);
        if (template.Values.OfType<string>().Any(t => t.Contains(":{", System.StringComparison.Ordinal)) && call.Arguments.Any(a => IsWide(a.Value, space)))
        {
            findings.Add("memory", call, "This template makes a text larger than the device's memory.");
        }
    }

    /// <summary>A template that asks for special attributes, or for a width that no memory holds.</summary>
    private void Template(Possible template, char sign, Node node)
    {
        foreach (string text in template.Values.OfType<string>())
        {
            if (sign == '{' && Special().IsMatch(text))
            {
                findings.Add("dunder", node, "This template asks for special attributes.");
            }

            if ((sign == '{' ? WideField() : WidePercent()).IsMatch(text))
            {
                findings.Add("memory", node, "This template makes a text larger than the device's memory.");
            }
        }
    }

    private bool IsWide(Expr width, Space space) => solver.Of(width, space).Values.Any(v => v is System.Numerics.BigInteger number && number > _data.Limit("allocation_bytes"));

    // The kin of __class__ that lead inside, wherever a text names them: a template may be put together of parts.
    [GeneratedRegex(@"\{[^{}]*[.\[]__|__(class|bases?|mro|subclasses|globals|builtins|dict|import|code|closure|getattribute|loader|self|module)__")]
    private static partial Regex SpecialText();

    [GeneratedRegex(@"\{[^{}]*__")]
    private static partial Regex Special();

    [GeneratedRegex(@"\{[^{}]*:[^{}]*[0-9]{6}")]
    private static partial Regex WideField();

    [GeneratedRegex("%[-+ #0]*[0-9.]*[0-9]{6}")]
    private static partial Regex WidePercent();

    [GeneratedRegex("^:[^{}]*[0-9]{6}")]
    private static partial Regex WideSpec();
}
