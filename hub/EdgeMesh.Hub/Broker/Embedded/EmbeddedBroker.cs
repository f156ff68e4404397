using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Broker.Embedded;

/// <summary>Keeps a Mosquitto running: starts it, starts it again when it dies, stops it with the hub.</summary>
internal sealed class EmbeddedBroker(
    IOptions<BrokerOptions> options, BrokerFolder folder, IEnumerable<IBrokerCertificates> certificates, TimeProvider time, ILogger<EmbeddedBroker> log)
{
    private static readonly TimeSpan BackoffMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(60);

    // A run of this length was healthy: the next pause begins small again.
    private static readonly TimeSpan HealthyRun = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(20);

    private readonly BrokerOptions _options = options.Value;
    private readonly Lock _gate = new();

    // The run under way: how to end it, whether it speaks TLS, and whether its files have changed before it could be told.
    private CancellationTokenSource? _run;
    private bool _speaksTls;
    private bool _stale;

    /// <summary>The process id of the running Mosquitto; 0 where none runs.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Whether our own Mosquitto runs and accepts connections: whoever else has the port must not be shown a password.</summary>
    public bool Accepts { get; private set; }

    /// <summary>Has the running Mosquitto read its certificates again; it keeps its connections unless it must start anew for it.</summary>
    public void Reload(bool restart)
    {
        lock (_gate)
        {
            if (restart || !_speaksTls)
            {
                _run?.Cancel();
            }
            else if (Accepts)
            {
                LinuxProcesses.Reload(ProcessId);
            }
            else
            {
                // Before it listens, the signal would end it.
                _stale = true;
            }
        }
    }

    /// <summary>Runs until stopped, and has stopped Mosquitto when it returns.</summary>
    /// <param name="accepting">Called each time that Mosquitto accepts connections.</param>
    /// <param name="unavailable">Called each time that it cannot be started or has died.</param>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(Func<Task> accepting, Action<Error> unavailable, CancellationToken stopping)
    {
        TimeSpan backoff = BackoffMin;
        while (!stopping.IsCancellationRequested)
        {
            long began = time.GetTimestamp();
            Error? error;
            try
            {
                error = await RunOnceAsync(accepting, stopping).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
            {
                // A full disk may have room again: this is tried again like every other cause.
                error = new Error(ErrorCodes.StorageFailed, $"The embedded broker cannot be started in {folder.Path}: {e.Message}");
            }

            if (error is null)
            {
                continue;
            }

            unavailable(error);
            backoff = time.GetElapsedTime(began) >= HealthyRun ? BackoffMin : backoff;
            await Task.Delay(backoff, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backoff = backoff * 2 < BackoffMax ? backoff * 2 : BackoffMax;
        }
    }

    /// <summary>One run; null where it ended because it was stopped, or is to start anew.</summary>
    private async Task<Error?> RunOnceAsync(Func<Task> accepting, CancellationToken stopping)
    {
        folder.Create();
        using FileStream? held = TryLock();
        if (held is null)
        {
            return Unavailable($"another hub that runs now uses {folder.Path}. Stop it, or give this one its own Hub:StateFolder.");
        }

        Result<MosquittoInstallation> installation = MosquittoInstallation.Find(_options.Mosquitto);
        if (installation.Error is not null)
        {
            return installation.Error;
        }

        await MosquittoProcess.EndOrphansAsync(folder.Configuration, StopLimit, log).ConfigureAwait(false);
        if (ListenerPorts.FirstTaken((_options.Port, _options.AllowPlain), (_options.TlsPort, true)) is int taken)
        {
            return Unavailable(ListenerPorts.TakenBy(taken));
        }

        using CancellationTokenSource run = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            return await RunMosquittoAsync(installation.Value, accepting, run).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _run = null;
            }
        }
    }

    private async Task<Error?> RunMosquittoAsync(MosquittoInstallation installation, Func<Task> accepting, CancellationTokenSource run)
    {
        BrokerCertificates? tls;
        lock (_gate)
        {
            tls = certificates.Select(c => c.Current).FirstOrDefault();
            (_run, _speaksTls, _stale) = (run, tls is not null, false);
        }

        DynamicSecurityFile.Ensure(folder, log);
        PrivateFile.Write(folder.Configuration, MosquittoConfiguration.Text(folder, _options, installation.Plugin, tls));
        MosquittoProcess process = await MosquittoProcess.StartAsync(installation.Program, folder.Configuration, time, log).ConfigureAwait(false);
        ProcessId = process.Id;
        try
        {
            if (!await AcceptsAsync(process, run.Token).ConfigureAwait(false))
            {
                return process.Exited.IsCompleted ? Ended(process) : run.IsCancellationRequested ? null
                    : Unavailable($"Mosquitto does not accept connections on port {_options.Port} within {StartLimit.TotalSeconds} s.");
            }

            log.LogInformation("Mosquitto (process {Process}) accepts connections on port {Port}, TLS {Tls}", process.Id, _options.Port, tls is null ? "off" : _options.TlsPort);
            Accept(process.Id);
            await accepting().ConfigureAwait(false);
            await ((Task)process.Exited).WaitAsync(run.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return run.IsCancellationRequested ? null : Ended(process);
        }
        finally
        {
            lock (_gate)
            {
                Accepts = false;
            }

            ProcessId = 0;
            await process.StopAsync(StopLimit).ConfigureAwait(false);
        }
    }

    private void Accept(int process)
    {
        lock (_gate)
        {
            Accepts = true;
            if (_stale)
            {
                LinuxProcesses.Reload(process);
                _stale = false;
            }
        }
    }

    /// <summary>The lock is the kernel's: it goes with the hub, also when that is killed.</summary>
    private FileStream? TryLock()
    {
        try
        {
            return new FileStream(folder.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task<bool> AcceptsAsync(MosquittoProcess process, CancellationToken stopping)
    {
        long began = time.GetTimestamp();
        while (!process.Exited.IsCompleted && !stopping.IsCancellationRequested && time.GetElapsedTime(began) < StartLimit)
        {
            try
            {
                using TcpClient probe = new();
                await probe.ConnectAsync(IPAddress.Loopback, _options.Port, stopping).ConfigureAwait(false);
                return true;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                await Task.Delay(ProbePeriod, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return false;
    }

    private static Error Ended(MosquittoProcess process) => Unavailable(
        $"Mosquitto ended with exit code {process.Exited.Result}{(process.LastError.Length > 0 ? $" ({process.LastError})" : "")}. It is started again.");

    private static Error Unavailable(string why) => new(ErrorCodes.BrokerUnavailable, "The embedded broker is not available: " + why);
}
