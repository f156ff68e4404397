using System;

namespace EdgeMesh.MicroPython.Syntax;

/// <summary>A range of a source text, in UTF-16 units.</summary>
/// <param name="Start">Its first character.</param>
/// <param name="End">The one after its last.</param>
public readonly record struct SourceSpan(int Start, int End);

/// <summary>A place as editors show it.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in characters.</param>
public readonly record struct SourcePosition(int Line, int Column);

/// <summary>What is wrong with a source text, and where.</summary>
/// <param name="Message">What.</param>
/// <param name="Hint">What to write instead.</param>
/// <param name="Position">Where.</param>
public sealed record SyntaxError(string Message, string Hint, SourcePosition Position);

/// <summary>A source text as the lexer reads it: lines end with a line feed, the last one too; a NUL is U+0001, as in the interpreter.</summary>
public sealed class SourceText
{
    private readonly int[] _lineStarts;

    /// <summary>Takes a text in any line ending.</summary>
    public SourceText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Contains('\r', StringComparison.Ordinal))
        {
            text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        }

        text = text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\u0001') : text;
        Text = text.Length == 0 || text[^1] == '\n' ? text : text + "\n";
        _lineStarts = new int[Text.AsSpan().Count('\n') + 1];
        for (int i = 1; i < _lineStarts.Length; i++)
        {
            _lineStarts[i] = Text.IndexOf('\n', _lineStarts[i - 1]) + 1;
        }
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>How many lines it has.</summary>
    public int LineCount => _lineStarts.Length - 1;

    /// <summary>Where a character stands.</summary>
    public SourcePosition PositionOf(int offset)
    {
        int line = Array.BinarySearch(_lineStarts, Math.Clamp(offset, 0, Text.Length));
        line = line < 0 ? ~line - 1 : line;
        return new SourcePosition(line + 1, offset - _lineStarts[line] + 1);
    }
}
