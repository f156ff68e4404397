using System;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Sentences;

namespace EdgeMesh.Hub.Codegen.Generation.Models;

/// <summary>How hard a request is for a small model, from 0 to 100: what decides whether the cloud is asked first.</summary>
/// <remarks>
/// The sum of: half a point a word beyond 20, at most 20; 5 a behaviour that was understood beyond the first, at most 15; 25 a part that no template does, at
/// most 50; 5 an open question, at most 15; 10 where a program is to be changed; 20 a failed round. It is a rule of thumb, and a pure function.
/// </remarks>
public static class Difficulty
{
    private static readonly char[] Spaces = [' ', '\t', '\r', '\n'];

    /// <summary>The difficulty.</summary>
    /// <param name="reading">What the reader of sentences made of the request.</param>
    /// <param name="changes">Whether there is a program that is to be changed.</param>
    /// <param name="failedRounds">How often a model tried already.</param>
    public static int Of(Reading reading, bool changes, int failedRounds)
    {
        int words = reading.Request.Split(Spaces, StringSplitOptions.RemoveEmptyEntries).Length;
        int unsupported = reading.Refused.Count(r => r.Code is ErrorCodes.RequestUnsupported or ErrorCodes.RequestNotUnderstood);
        int points = Math.Clamp((words - 20) / 2, 0, 20) + Math.Clamp(5 * (reading.Behaviours.Count - 1), 0, 15) + Math.Min(25 * unsupported, 50)
            + Math.Min(5 * reading.Missing.Count, 15) + (changes ? 10 : 0);
        return (int)Math.Min(points + (20L * Math.Max(failedRounds, 0)), 100);
    }
}
