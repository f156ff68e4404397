using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Prompts;

/// <summary>What is taken of a model's answer: one program, maybe a scenario, or a question. All else that it says is nobody's business.</summary>
/// <param name="Source">The program; null where there is a question.</param>
/// <param name="Scenario">The scenario's JSON, unchecked; null for none.</param>
/// <param name="Question">What it asks; null where there is a program.</param>
public sealed record ModelReply(string? Source, string? Scenario, string? Question)
{
    private const int QuestionCharsMax = 400;

    /// <summary>Reads an answer; <c>model_no_program</c> says why there is none in it.</summary>
    public static Result<ModelReply> Read(string answer)
    {
        List<(string Language, string Content)> blocks = [];
        string? open = Blocks(answer, blocks);
        string[] programs = Of(blocks, "python", "py", "micropython", "");
        if (open is not null && programs.Length == 0)
        {
            return None("its block of code is not closed, maybe because the answer was cut");
        }

        if (programs.Length > 1)
        {
            return None($"there are {programs.Length} programs in the answer; give one block");
        }

        if (programs.Length == 1)
        {
            return new ModelReply(programs[0], Of(blocks, "json").FirstOrDefault(), null);
        }

        string[] words = Of(blocks, "question").FirstOrDefault("").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string question = Printable.Of(string.Join(' ', words));
        return question.Length > 0
            ? new ModelReply(null, null, question[..Math.Min(question.Length, QuestionCharsMax)])
            : None("the answer has no block of code");
    }

    // Fills the closed blocks; gives the language of one that is left open.
    private static string? Blocks(string answer, List<(string, string)> blocks)
    {
        string? language = null;
        int fence = 0;
        List<string> lines = [];
        foreach (string line in answer.ReplaceLineEndings("\n").Split('\n'))
        {
            string text = line.TrimStart(' ');
            int ticks = text.Length - text.TrimStart('`').Length;
            if (language is null && ticks >= 3)
            {
                language = text[ticks..].Trim().ToLowerInvariant();
                fence = ticks;
                lines.Clear();
            }
            else if (language is not null && ticks >= fence && text[ticks..].Trim().Length == 0)
            {
                blocks.Add((language, string.Join('\n', lines) + "\n"));
                language = null;
            }
            else if (language is not null)
            {
                lines.Add(line);
            }
        }

        return language;
    }

    private static string[] Of(List<(string Language, string Content)> blocks, params string[] languages) =>
        [.. blocks.Where(b => languages.Contains(b.Language)).Select(b => b.Content)];

    private static Error None(string why) => new(ErrorCodes.ModelNoProgram, $"The model gave no program: {why}.");
}
