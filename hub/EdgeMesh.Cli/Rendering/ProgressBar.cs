using EdgeMesh.Hub.Results;
using System;
using System.Threading.Tasks;
using Spectre.Console;

namespace EdgeMesh.Cli.Rendering;

/// <summary>A bar while something is under way; on a terminal only.</summary>
internal static class ProgressBar
{
    /// <summary>Does some work and shows how far it is; <paramref name="work"/> is given what to call with the bytes done.</summary>
    internal static async Task<T> RunAsync<T>(Output output, string title, long size, Func<Action<long>, Task<T>> work) =>
        output.Json || !output.Terminal
            ? await work(_ => { }).ConfigureAwait(false)
            : await OnTerminal(output).StartAsync(context =>
            {
                ProgressTask bar = context.AddTask(Markup.Escape(Printable.Of(title)), maxValue: Math.Max(1, size));
                return work(done => bar.Value = done);
            }).ConfigureAwait(false);

    /// <summary>A bar on the terminal: what, how far, percent.</summary>
    internal static Progress OnTerminal(Output output) => output.Console().Progress()
        .AutoClear(true).Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new Spectre.Console.ProgressBarColumn { Width = 24 }, new PercentageColumn());
}
