using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Finds where a request names a topic or another name for a reading. A device publishes under its own topic, so such a name is told and not used.</summary>
internal static class Topics
{
    /// <summary>A name at a place: its text and where it ends; null where there is none.</summary>
    /// <param name="tokens">The request.</param>
    /// <param name="at">The place.</param>
    internal static (string Name, int End)? At(IReadOnlyList<Token> tokens, int at)
    {
        string Text(int i) => i >= 0 && i < tokens.Count ? tokens[i].Text : "";
        bool Word(int i) => Text(i).Length > 0 && (char.IsLetter(Text(i)[0]) || Text(i)[0] == '_');
        bool topic = Text(at) is "topic" or "topics";
        int start = topic ? at + 1 : at;
        while (topic && Text(start) is "named" or "called" or ":" or "=" or "is")
        {
            start++;
        }

        int end = start;
        while (Word(end) || (end > start && tokens[end - 1].Text == "/" && end < tokens.Count && tokens[end].IsNumber))
        {
            end++;
            if (Text(end) != "/")
            {
                break;
            }

            end++;
        }

        bool path = end > start + 1 && Text(start) is not ("on" or "off" or "open" or "and") && Text(at - 1) is "to" or "under" or "on" or "at" or "as" or "onto";
        bool name = end == start + 1 && (topic || Text(at - 1) == "as") && Lexicon.Shared.Find(Text(start)) is null or { Class: "noise" } && Units.Find(Text(start)) is null && !tokens[start].IsNumber;
        return end > start && (path || name || (topic && end > start + 1)) && (topic || Text(at - 1) != "as" || path || Lexicon.Shared.Find(Text(start)) is null)
            ? (string.Concat(tokens.Skip(start).Take(end - start).Select(t => t.Text)), end)
            : null;
    }
}
