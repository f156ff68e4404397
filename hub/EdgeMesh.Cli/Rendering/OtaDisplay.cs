using System;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using Spectre.Console;

namespace EdgeMesh.Cli.Rendering;

/// <summary>Shows an update while it is under way: a bar on a terminal, lines elsewhere, or a line of JSON an event.</summary>
internal static class OtaDisplay
{
    private const int LineEveryPercent = 10;

    /// <summary>Does <paramref name="watch"/>, which is given what to call with every news.</summary>
    internal static Task<T> RunAsync<T>(Output output, Func<Action<OtaView>, Task<T>> watch)
    {
        if (output.Json)
        {
            return watch(view => output.WriteJsonLine(new JsonObject { ["event"] = "ota-progress", ["data"] = JsonSerializer.SerializeToNode(view, Operation.Json) }));
        }

        return output.Terminal ? BarAsync(output, watch) : watch(Lines(output));
    }

    private static Action<OtaView> Lines(Output output)
    {
        (string, int, string) shown = default;
        return view =>
        {
            (string, int, string) news = (view.State, PercentOf(view) / LineEveryPercent, view.Waiting);
            if (news != shown)
            {
                shown = news;
                output.WriteLine($"{view.Device}: {view.Firmware} {Describe(view)}");
            }
        };
    }

    private static Task<T> BarAsync<T>(Output output, Func<Action<OtaView>, Task<T>> watch) => ProgressBar.OnTerminal(output).StartAsync(context =>
    {
        ProgressTask bar = context.AddTask("offering");
        return watch(view =>
        {
            bar.Description = Markup.Escape(Printable.Of($"{view.Device}: {Describe(view)}"));
            // Nobody knows how long a device takes to answer an offer, or to prove a program healthy.
            bar.IsIndeterminate = view.State is OtaStates.Offered or OtaStates.Complete or OtaStates.Applying;
            bar.Value = PercentOf(view);
        });
    });

    private static string Describe(OtaView view)
    {
        string progress = view.State is OtaStates.Transferring or OtaStates.Verifying ? $" {PercentOf(view)} %, {Tables.Size(view.Bytes)} of {Tables.Size(view.Size)}" : "";
        string cause = Tables.Cause(view);
        return view.State + progress + (cause.Length > 0 ? $", {cause}" : "");
    }

    // While it verifies, the percentage of the delivery stands at 100; the bytes are those verified.
    private static int PercentOf(OtaView view) => view.State == OtaStates.Verifying && view.Size > 0 ? (int)(view.Bytes * 100 / view.Size) : view.Percent;
}
