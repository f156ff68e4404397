using System;
using System.Collections.Generic;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Protocol.Tests.Slots;

/// <summary>A device's life at random: transfers, trials, faults, silence, power cuts in the middle of a write, damaged slots.</summary>
public sealed class SlotWalkTests
{
    private readonly byte[]?[] _files = new byte[]?[2];
    private readonly HashSet<long> _condemned = [];
    private readonly HashSet<long> _damaged = [];
    private Random _random = new(0);
    private BootRecord _record = new();
    private Trial _trial = new(new BootRecord(), new TrialOptions(), 0);
    private long _now;
    private long _session;
    private long _highest;
    private int _seed;

    [Fact]
    public void No_life_of_a_device_boots_what_is_condemned_or_damaged_or_forgets_the_highest_sequence()
    {
        int confirmations = 0;
        int rollbacks = 0;
        for (_seed = 0; _seed < 1000; _seed++)
        {
            Begin();
            for (int i = 0; i < 150; i++)
            {
                string before = _record.Confirmed;
                long trialSession = _record.ImageIn(_record.Trial)?.Session ?? 0;
                Act();
                Assert.True(_record.Sequence >= _highest, "Seed " + _seed + ": the highest sequence fell.");
                _highest = _record.Sequence;
                confirmations += before != _record.Confirmed && _record.Report?.State == OtaStates.Confirmed ? 1 : 0;
                if (trialSession != 0 && _record.Trial == "" && _record.Report!.State == OtaStates.RolledBack)
                {
                    rollbacks++;
                    _condemned.Add(trialSession);
                }
            }
        }

        Assert.True(confirmations > 500 && rollbacks > 500, "The walk is too tame: " + confirmations + ", " + rollbacks);
    }

    [Fact]
    public void A_confirmed_slot_never_reverts_for_what_the_network_does()
    {
        TrialEventKind[] network = [TrialEventKind.Online, TrialEventKind.Offline, TrialEventKind.ReportWanted, TrialEventKind.Tick, TrialEventKind.Running];
        for (_seed = 0; _seed < 500; _seed++)
        {
            Begin();
            ApplyNew();
            BootSlots.Confirm(_record);
            Start();
            string confirmed = _record.Confirmed;
            for (int i = 0; i < 60; i++)
            {
                _now += _random.Next(400_000);
                TrialEffect[] effects = _trial.Step(network[_random.Next(network.Length)], _now);
                Assert.DoesNotContain(TrialEffect.Reboot, effects);
                Assert.Equal((_seed, confirmed, ""), (_seed, _record.Confirmed, _record.Trial));
            }

            Assert.Equal(confirmed, BootSlots.Select(_record));
        }
    }

    [Fact]
    public void An_old_slot_that_turns_out_damaged_while_it_is_tried_gives_way_to_the_trial()
    {
        BootRecord record = new() { A = Image(1), B = Image(2), Confirmed = "a", Trial = "b", Probe = "old" };
        Assert.Equal("a", BootSlots.Select(record));
        BootSlots.Broken(record, "a");
        Assert.Equal("b", BootSlots.Select(record));
        Assert.Equal("b", record.Trial);
    }

    private void Begin()
    {
        _random = new(_seed);
        _condemned.Clear();
        _damaged.Clear();
        _record = new();
        _files[0] = _files[1] = null;
        (_now, _session, _highest) = (0, 0, 0);
        Start();
    }

    private void Act()
    {
        _now += _random.Next(2) == 0 ? _random.Next(20_000) : _random.Next(700_000);
        switch (_random.Next(12))
        {
            case 0 when _record.Trial == "": ApplyNew(); Persist(); Reboot(); break;
            case 1: Reboot(); break;
            case 2 when _random.Next(4) == 0: Damage(); Reboot(); break;
            case 3: CutWrite(); break;
            case 4 when _random.Next(2) == 0: Step(TrialEventKind.Faulted, "boom"); break;
            case 5 or 6: Step(TrialEventKind.Online); break;
            case 7: Step(TrialEventKind.Offline); break;
            case 8 when _record.Report != null: Answer(); break;
            case 9: Step(TrialEventKind.ReportWanted); break;
            case 10: Step(TrialEventKind.Running); break;
            default: Step(TrialEventKind.Tick); break;
        }
    }

    private void Answer() =>
        Step(TrialEventKind.Reported, "", new Reported { Session = _record.Report!.Session, State = _record.Report.State });

    private void Step(TrialEventKind kind, string text = "", Reported? reported = null)
    {
        string confirmed = _record.Confirmed;
        bool rebooted = false;
        foreach (TrialEffect effect in _trial.Step(kind, _now, text, reported))
        {
            Assert.False(rebooted, "Seed " + _seed + ": an effect follows the boot.");
            switch (effect)
            {
                case TrialEffect.Persist: Persist(); break;
                case TrialEffect.Reboot:
                    rebooted = true;
                    break;
                default: break;
            }
        }

        Assert.True(confirmed == _record.Confirmed || kind == TrialEventKind.Reported, "Seed " + _seed + ": " + kind + " changed the confirmed slot.");
        if (rebooted)
        {
            Reboot();
        }
    }

    private void ApplyNew()
    {
        _session++;
        Manifest manifest = new() { Id = "app", Version = "1", Sequence = _record.Sequence + 1, Kind = "k", DeviceType = "d", Size = 10, Sha256 = new('0', 64) };
        string text = Transfer.ManifestTextOf(manifest);
        BootSlots.BeginTransfer(_record, Transfer.Read(_session, text, 256, out _)!);
        Persist();
        BootSlots.BeginTrial(_record);
    }

    private void Persist()
    {
        byte[] bytes = _record.Next(out int file);
        _files[file] = bytes;
    }

    // The power goes while a record is written: a prefix of it stands in its file.
    private void CutWrite()
    {
        byte[] bytes = _record.Next(out int file);
        _files[file] = bytes[.._random.Next(bytes.Length)];
        Reboot();
    }

    private void Damage()
    {
        SlotImage? image = _random.Next(2) == 0 ? _record.A : _record.B;
        if (image != null)
        {
            _damaged.Add(image.Session);
        }
    }

    private void Reboot()
    {
        _record = BootRecord.Newest(_files[0], _files[1]);
        for (int tries = 0; ; tries++)
        {
            Assert.True(tries < 4, "Seed " + _seed + ": the boot does not end.");
            string slot = BootSlots.Select(_record);
            Persist();
            if (slot == "")
            {
                break;
            }

            long session = _record.ImageIn(slot)!.Session;
            Assert.False(_condemned.Contains(session), "Seed " + _seed + ": a condemned program boots.");
            if (!_damaged.Contains(session))
            {
                break;
            }

            BootSlots.Broken(_record, slot);
            Persist();
        }

        Start();
    }

    private void Start() => _trial = new(_record, new TrialOptions(), _now);

    private static SlotImage Image(long sequence) => new() { Session = sequence, Id = "app", Version = "1", Sequence = sequence, Size = 1, Sha256 = new string('a', 64) };
}
