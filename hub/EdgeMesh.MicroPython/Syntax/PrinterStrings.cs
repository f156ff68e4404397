using System.Globalization;
using System.Text;

namespace EdgeMesh.MicroPython.Syntax;

public static partial class Printer
{
    private static void Quote(StringBuilder text, string value, string prefix, bool field)
    {
        text.Append(prefix).Append('\'');
        foreach (char c in value)
        {
            Escape(text, c, bytes: prefix == "b", field);
        }

        text.Append('\'');
    }

    // Characters beyond ASCII that a byte literal holds as they are must not become escapes of one byte.
    private static void Escape(StringBuilder text, char c, bool bytes, bool field)
    {
        bool control = c < ' ' || c == '\u007f' || (c is >= '\u0080' and < '\u0100' && bytes);
        if (c is '\\' or '\'')
        {
            text.Append('\\').Append(c);
        }
        else if (control || (field && c is '{' or '}' or '[' or ']' or ':' or '!' or '=' or '#' or '"'))
        {
            text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
        }
        else
        {
            text.Append(c);
        }
    }

    private static void Format(StringBuilder text, FString format, bool field)
    {
        for (int i = 0; i < format.Pieces.Length; i++)
        {
            StringPiece piece = format.Pieces[i];
            text.Append(i == 0 ? "" : " ");
            if (!piece.IsFormatted)
            {
                Quote(text, piece.Literals[0], "", field);
                continue;
            }

            text.Append("f'");
            for (int j = 0; j < piece.Literals.Length; j++)
            {
                Literal(text, piece.Literals[j]);
                if (j < piece.Fields.Length)
                {
                    text.Append('{');
                    Write(text, piece.Fields[j], Strength.Named, true);
                    text.Append(text[^1] == '=' ? " " : "");
                }
            }

            text.Append('\'');
        }
    }

    // Doubled braces are kept as they are; a lone one came from an escape.
    private static void Literal(StringBuilder text, string literal)
    {
        for (int i = 0; i < literal.Length; i++)
        {
            if (literal[i] == '{' && i + 2 < literal.Length && literal[i + 1] == '{' && literal[i + 2] is not ('{' or '\'' or '\n'))
            {
                text.Append("{{");
                i++;
            }
            else if (literal[i] == '{')
            {
                text.Append("\\x7b");
            }
            else
            {
                Escape(text, literal[i], false, false);
            }
        }
    }
}
