using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Hub.Codegen.Generation.Models.Privacy;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.AI;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Prompts;

/// <summary>A piece of a message.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Ours">Whether EdgeMesh itself says it, always in the same words. All else is redacted before it leaves the house.</param>
public readonly record struct PromptPart(string Text, bool Ours);

/// <summary>A message to a model.</summary>
/// <param name="Role">Whose it is.</param>
/// <param name="Parts">Its pieces, in their order.</param>
public sealed record PromptMessage(ChatRole Role, IReadOnlyList<PromptPart> Parts)
{
    /// <summary>The message as it is.</summary>
    public ChatMessage Plain() => new(Role, string.Concat(Parts.Select(p => p.Text)));

    /// <summary>The message without what is private, or why there is none.</summary>
    public Result<ChatMessage> Redacted(Redaction redaction)
    {
        List<string> texts = [];
        foreach (PromptPart part in Parts)
        {
            Result<string> text = part.Ours ? part.Text : redaction.Redact(part.Text);
            if (!text.IsOk)
            {
                return text.Error!;
            }

            texts.Add(text.Value);
        }

        return new ChatMessage(Role, string.Concat(texts));
    }
}
