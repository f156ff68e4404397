using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Generation;
using EdgeMesh.Hub.Codegen.Generation.Models;
using EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;
using EdgeMesh.Hub.Codegen.Generation.Models.Privacy;
using EdgeMesh.Hub.Codegen.Generation.Models.Prompts;
using EdgeMesh.Hub.Codegen.Templates;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Tests.Codegen.Models;

/// <summary>Scripted servers, and what asks them, put together as the hub does it.</summary>
internal sealed class ModelWorld : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<ScriptedModel> _servers = [];

    public ModelWorld() => Budget = new ModelBudget(new Database(_folder.File("hub.db")), Time);

    public ManualTime Time { get; } = new();

    public ModelOptions Options { get; } = new();

    public ModelBudget Budget { get; }

    public List<string> PrivateNames { get; } = [];

    public List<string> Progress { get; } = [];

    public ModelEndpoint? Local { get; private set; }

    public ModelEndpoint? Cloud { get; private set; }

    public ModelRouter Router => new(Local, Cloud, Microsoft.Extensions.Options.Options.Create(Options));

    public async Task<ScriptedModel> LocalAsync(params Func<HttpContext, Task>[] script)
    {
        ScriptedModel server = await StartAsync(Options.Local, "small", script);
        Local = GenerationFeature.Endpoint("local", Options.Local, Options, Budget, Time);
        return server;
    }

    public async Task<ScriptedModel> CloudAsync(params Func<HttpContext, Task>[] script)
    {
        ScriptedModel server = await StartAsync(Options.Cloud, "large", script);
        Cloud = GenerationFeature.Endpoint("cloud", Options.Cloud, Options, Budget, Time);
        return server;
    }

    public string KeyFile(string key, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        string file = _folder.File("key");
        File.WriteAllText(file, key + "\n");
        File.SetUnixFileMode(file, mode);
        return file;
    }

    public ModelGenerator Generator(DryRunService dryRuns) =>
        new(Router, new ProgramGates(dryRuns), () => PrivateNames, Microsoft.Extensions.Options.Options.Create(Options));

    public Task<Result<ProgramDraft>> HybridAsync(DryRunService dryRuns, ProgramRequest request) =>
        new HybridGenerator(Generator(dryRuns), Router).GenerateAsync(request, new Told(Progress), CancellationToken.None);

    /// <summary>Asks the router a text that is not ours.</summary>
    public Task<Result<ModelAnswer>> AskAsync(string text, int difficulty = 0, CancellationToken cancellation = default) => Router.AskAsync(
        [new PromptMessage(Microsoft.Extensions.AI.ChatRole.User, [new PromptPart(text, Ours: false)])], difficulty, new Redaction(PrivateNames), new Told(Progress), cancellation);

    public static ProgramRequest Request(string description) => new("porch", "esp32-mpy", Board.Find("esp32")!, description);

    public async ValueTask DisposeAsync()
    {
        foreach (ScriptedModel server in _servers)
        {
            await server.DisposeAsync();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private async Task<ScriptedModel> StartAsync(ModelEndpointOptions options, string model, Func<HttpContext, Task>[] script)
    {
        ScriptedModel server = await ScriptedModel.StartAsync(script);
        _servers.Add(server);
        (options.Url, options.Model) = (server.Url, model);
        Assert.Empty(Options.Problems().ToArray());
        return server;
    }

    private sealed class Told(List<string> sentences) : IProgress<string>
    {
        public void Report(string value) => sentences.Add(value);
    }
}
