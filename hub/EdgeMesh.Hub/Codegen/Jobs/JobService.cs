using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using EdgeMesh.Mqtt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Codegen.Jobs;

/// <summary>
/// Programs asked for over MQTT. A job's id is the asker's: asked twice, it is done once. One is worked on at a time, in the order they came; what waits is in
/// the database, so a hub that restarts goes on where it was. Nothing is approved here, and only what is approved is sent. A request is taken only where the
/// broker is known to keep accounts; one that comes before that is known, as retained ones do, waits for it.
/// </summary>
public sealed class JobService(
    JobStore store, JobTopics topics, OperationCatalogue operations, BrokerConnection broker, BrokerState brokerState, HubEvents events, HubIdentity identity,
    IOptions<JobOptions> options, TimeProvider time, ILogger<JobService> log) : BackgroundService, IHostedLifecycleService
{
    // Of lines, so that it is divided where they end.
    private static readonly JsonSerializerOptions ReportJson = new(ScenarioJson.Options) { WriteIndented = true };

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForbiddenSaidEvery = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _wake = new(0);

    // Messages come on one thread, the broker's events on another.
    private readonly Lock _taking = new();
    private readonly List<(string Job, Result<JobRequest> Request)> _held = [];
    private bool _connected;
    private DateTimeOffset _forbiddenSaid = DateTimeOffset.MinValue;
    private volatile JobView? _working;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        broker.Subscribe(Topic.Format(TopicKind.CodegenRequest, identity.Site, "+"), message =>
        {
            Take(message);
            return Task.CompletedTask;
        });
        events.Subscribe<BrokerConnected>(_ => TakeHeld());
        events.Subscribe<BrokerDisconnected>(_ =>
        {
            lock (_taking)
            {
                _connected = false;
            }
        });
        events.Subscribe<ProgramStep>(step =>
        {
            if (_working is { } job && job.Device == step.Device)
            {
                topics.Tell(job with { Step = step.Text });
            }
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                foreach (JobView job in ListOpen())
                {
                    await WorkAsync(job, stoppingToken).ConfigureAwait(false);
                }

                foreach (JobView old in store.ListBeyond(options.Value.Kept))
                {
                    // In this order, so that a hub that is killed between them clears it again.
                    await topics.ClearAsync(old.Job, stoppingToken).ConfigureAwait(false);
                    store.Remove(old.Job);
                }

                await _wake.WaitAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // Such as a full disk. That a job is worked on is written first, so no program is made while nothing can be kept.
                log.LogError(failure, "Working on the jobs failed; it is tried again in {Seconds} s", RetryAfter.TotalSeconds);
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    // Not while one is being taken: else it could be told last that a job waits which has ended.
    private IReadOnlyList<JobView> ListOpen()
    {
        lock (_taking)
        {
            return store.ListOpen();
        }
    }

    private void Take(MqttApplicationMessage message)
    {
        // An empty message is how a retained one is removed.
        if (message.Payload.IsEmpty || Topic.Parse(message.Topic) is not { Kind: TopicKind.CodegenRequest } topic)
        {
            return;
        }

        lock (_taking)
        {
            Take(topic.Name, JobRequest.Read(message.Payload.ToArray()));
        }
    }

    private void TakeHeld()
    {
        lock (_taking)
        {
            _connected = true;
            (string Job, Result<JobRequest> Request)[] held = [.. _held];
            _held.Clear();
            foreach ((string job, Result<JobRequest> request) in held)
            {
                Take(job, request);
            }
        }
    }

    private void Take(string job, Result<JobRequest> request)
    {
        bool mayAsk = options.Value.AllowUnenforced || (_connected && brokerState.Accounts == AccountEnforcement.Enforced);
        if (store.Find(job) is { } known)
        {
            // Whoever asks again has lost the answer, or uses an id twice. Either way nothing is done, so anybody may.
            string? ignored = request.Error?.Message
                ?? (request.Value == store.RequestOf(job) ? null : "Another request came under this job's id, and nothing is done for it; take a new id.");
            topics.Answer((_working is { } now && now.Job == job ? now : known) with { Ignored = ignored });
        }
        else if (!mayAsk && !_connected && _held.Count < options.Value.QueueLength)
        {
            _held.Add((job, request));
        }
        else if (!mayAsk && _connected)
        {
            SayForbidden(job);
        }
        else if (mayAsk && request.IsOk && store.Add(job, request.Value, options.Value.QueueLength) is { } added)
        {
            topics.Tell(added);
            _wake.Release();
        }
        else
        {
            Error why = request.Error ?? new Error(ErrorCodes.QueueFull, $"{options.Value.QueueLength} jobs wait already; ask again, under the same id, when one is done.");
            log.LogWarning("Job {Job} is refused: {Code}: {Reason}", job, why.Code, Printable.Of(why.Message));
            topics.Answer(new JobView(job, request.IsOk ? request.Value.Device : "", JobStates.Failed, null, null, why.Code, why.Message, 0, 0));
        }
    }

    // Not answered: anybody could have the hub write as much as they like.
    private void SayForbidden(string job)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now - _forbiddenSaid >= ForbiddenSaidEvery)
        {
            _forbiddenSaid = now;
            log.LogWarning(
                "Job {Job} is passed over, as all are: the broker is not known to keep accounts for the hub, so anybody at it could ask. Set Jobs:AllowUnenforced where "
                + "that is meant, or use `edgemesh program new`. The next minute's are not told.",
                job);
        }
    }

    private async Task WorkAsync(JobView job, CancellationToken stopping)
    {
        Tell(job with { State = JobStates.Working });
        try
        {
            await WorkOnAsync(job with { State = JobStates.Working }, stopping).ConfigureAwait(false);
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            log.LogError(failure, "Job {Job} failed", job.Job);
            Tell(job with { State = JobStates.Failed, Code = ErrorCodes.Internal, Reason = "The hub failed on it; its log says more. Ask again under a new id." });
        }
    }

    private async Task WorkOnAsync(JobView job, CancellationToken stopping)
    {
        JobRequest request = store.RequestOf(job.Job);
        Caller caller = new("mqtt:operator", "mqtt " + Topic.Format(TopicKind.CodegenRequest, identity.Site, job.Job));
        // A hub that was stopped after the program was written takes that one.
        Result<ProgramView> made = job.Version is { } version
            ? await AskAsync<ProgramView>("program-show", new JsonObject { ["device"] = request.Device, ["version"] = version }, caller, stopping).ConfigureAwait(false)
            : await AskAsync<ProgramView>("program-new", ToWrite(request), caller, stopping).ConfigureAwait(false);
        if (!made.IsOk)
        {
            Tell(job with { State = JobStates.Failed, Code = made.Error!.Code, Reason = made.Error.Message });
            return;
        }

        ProgramView program = made.Value;
        PackageContent content = program.Content;
        JobView written = store.Update(job with { Version = program.Version });
        topics.ShowCode(job.Job, content.Source);
        topics.ShowReport(job.Job, ReportOf(content));
        Tell(program.State switch
        {
            ProgramStates.Refused => written with { State = JobStates.Refused, Code = content.GateCode, Reason = content.GateReason },
            ProgramStates.Ready or ProgramStates.Untried => written with
            {
                State = JobStates.Waiting, Code = content.GateCode,
                // Who approves should know with whom it may talk.
                Reason = $"{content.GateReason} {(content.Hosts.Count > 0 ? $"It may talk to {string.Join(", ", content.Hosts)}. " : "")}Somebody must look at it and approve it: `edgemesh program approve {program.Device}@{program.Version}`.".TrimStart(),
            },
            ProgramStates.Approved when request.Deploy => await DeployAsync(written, program, caller, stopping).ConfigureAwait(false),
            _ => written with { State = JobStates.Done },
        });
    }

    private async Task<JobView> DeployAsync(JobView job, ProgramView program, Caller caller, CancellationToken stopping)
    {
        Result<OtaView> sent = await AskAsync<OtaView>(
            "program-deploy", new JsonObject { ["device"] = program.Device, ["version"] = program.Version }, caller, stopping).ConfigureAwait(false);
        return sent.IsOk
            ? job with { State = JobStates.Done, Session = sent.Value.Session, Reason = $"It is on its way: {Topic.Format(TopicKind.PublicOta, identity.Site, program.Device)} says how far." }
            : job with { State = JobStates.Failed, Code = sent.Error!.Code, Reason = $"The program is there and approved, but could not be sent: {sent.Error.Message}" };
    }

    private async Task<Result<T>> AskAsync<T>(string operation, JsonObject parameters, Caller caller, CancellationToken stopping)
    {
        Result<JsonNode?> answer = await operations.RunAsync(operation, parameters, caller, stopping).ConfigureAwait(false);
        return answer.IsOk ? answer.Value.Deserialize<T>(Operation.Json)! : answer.Error!;
    }

    private void Tell(JobView job)
    {
        JobView stored = store.Update(job);
        _working = JobStates.IsFinal(stored.State) ? null : stored;
        topics.Tell(stored);
    }

    private static JsonObject ToWrite(JobRequest request)
    {
        JsonObject parameters = new() { ["device"] = request.Device, ["description"] = request.Description };
        foreach ((string name, string? value) in new[] { ("board", request.Board), ("hosts", request.Hosts) })
        {
            if (value is not null)
            {
                parameters[name] = value;
            }
        }

        return parameters;
    }

    private static string ReportOf(PackageContent content) => JsonSerializer.Serialize(
        new JobReport(content.Summary, content.Wiring, content.Hosts, content.Findings, content.Report), ReportJson);

    private sealed record JobReport(
        IReadOnlyList<string> Understood, IReadOnlyList<string> Wiring, IReadOnlyList<string> Hosts, IReadOnlyList<ProgramFinding> Findings, BehaviourReport? DryRun);
}
