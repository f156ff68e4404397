using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;
using EdgeMesh.Device.Tests.World;

namespace EdgeMesh.Device.Tests;

public sealed class TrialTests
{
    private readonly TestWorld _world = new();

    [Fact]
    public void A_program_that_crashes_at_start_is_rolled_back_after_three_attempts_with_its_cause()
    {
        Install();
        Update("crash-at-start");
        RunUntilState(OtaStates.RolledBack);

        Assert.Equal(3, _world.Loaded.Count(b => b == "crash-at-start"));
        Assert.Equal(ErrorCodes.CrashLoop, _world.Hub.Sender!.Code);
        Assert.Contains("InvalidOperationException: No sensor on the bus.", _world.Hub.Sender.Reason);
        AssertRunsOld();
    }

    [Fact]
    public void An_image_that_cannot_be_loaded_is_rolled_back_with_its_cause()
    {
        Install();
        Update("unloadable");
        RunUntilState(OtaStates.RolledBack);

        Assert.Contains("no assembly", _world.Hub.Sender!.Reason);
        AssertRunsOld();
    }

    [Fact]
    public void A_program_that_hangs_is_ended_by_the_dead_man_and_rolled_back()
    {
        Install();
        Update("hang");
        RunUntilState(OtaStates.RolledBack);

        Assert.Equal(3, _world.DeadManBites);
        Assert.Equal(ErrorCodes.CrashLoop, _world.Hub.Sender!.Code);
        AssertRunsOld();
    }

    [Fact]
    public void A_slot_whose_hash_is_wrong_at_boot_never_runs_and_is_rolled_back()
    {
        Install();
        Update("good-2");
        _world.RunUntil(() => _world.Reboots == 2);
        _world.Storage.Damage("b.img");
        RunUntilState(OtaStates.RolledBack);

        Assert.DoesNotContain("damaged", _world.Loaded);
        Assert.DoesNotContain("good-2", _world.Loaded);
        Assert.Equal(ErrorCodes.HashMismatch, _world.Hub.Sender!.Code);
        AssertRunsOld();
    }

    [Fact]
    public void A_damaged_confirmed_slot_falls_back_to_the_program_before_it()
    {
        Install();
        Update("good-2");
        RunUntilState(OtaStates.Confirmed);
        _world.PowerCycle();
        _world.Storage.Damage("b.img");
        _world.RunUntil(() => _world.Program != null);

        AssertRunsOld();
        Assert.Equal("a", _world.Client.Record.Confirmed);
    }

    [Fact]
    public void A_confirmed_slot_that_cannot_be_read_twice_is_read_again()
    {
        Install();
        var record = _world.Storage.Snapshot();
        _world.Storage.FailingReads = 2;
        _world.PowerCycle();
        _world.RunUntil(() => _world.Online);

        AssertRunsOld();
        Assert.Equal(record, _world.Storage.Snapshot());
    }

    [Fact]
    public void A_confirmed_slot_that_stays_unreadable_is_not_run_and_not_forgotten()
    {
        Install();
        var record = _world.Storage.Snapshot();
        _world.Program = null;
        _world.Storage.FailingReads = int.MaxValue;
        _world.PowerCycle();
        _world.RunUntil(() => _world.Online);
        Assert.Null(_world.Program);
        Assert.Equal(record, _world.Storage.Snapshot());

        _world.Storage.FailingReads = 0;
        _world.PowerCycle();
        _world.RunUntil(() => _world.Program != null);
        AssertRunsOld();
    }

    [Fact]
    public void A_slot_on_trial_that_cannot_be_read_is_rolled_back_with_that_cause()
    {
        Install();
        Update("good-2");
        _world.RunUntil(() => _world.Reboots == 2);
        _world.Storage.FailingReads = 3;
        RunUntilState(OtaStates.RolledBack);

        Assert.Equal(ErrorCodes.StorageFailed, _world.Hub.Sender!.Code);
        AssertRunsOld();
    }

    [Fact]
    public void A_confirmed_program_that_crashes_starts_again_while_the_client_stays_online()
    {
        Update("crash-later");
        RunUntilState(OtaStates.Confirmed);
        int reboots = _world.Reboots;
        int connects = _world.Connects;
        _world.RunUntil(() => _world.Lines.Count(l => l.Contains("The program ended")) == 3);

        Assert.Equal(reboots, _world.Reboots);
        Assert.Equal(connects, _world.Connects);
        Assert.True(_world.Client.Online);
        _world.RunUntil(() => _world.Program!.Loops > 2);
    }

    [Fact]
    public void A_program_that_never_reaches_the_hub_is_condemned_once_the_old_one_does()
    {
        Install();
        _world.Hub.Silent = () => _world.Program?.Behaviour == "deaf";
        Update("deaf");
        RunUntilState(OtaStates.RolledBack);

        Assert.Equal(ErrorCodes.HubUnreachable, _world.Hub.Sender!.Code);
        Assert.Equal(1, _world.Loaded.Count(b => b == "deaf"));
        AssertRunsOld();
    }

    [Fact]
    public void A_silent_hub_condemns_no_program_and_the_trial_goes_on()
    {
        Install();
        Update("good-2");
        _world.RunUntil(() => _world.Reboots == 2);
        _world.Hub.Silent = () => true;
        _world.RunUntil(() => _world.Reboots == 4);
        _world.Run(3_000_000);
        Assert.Equal(4, _world.Reboots);
        Assert.Equal(["good-1", "good-1", "good-2", "good-1", "good-2"], Starts());

        _world.Hub.Silent = () => false;
        RunUntilState(OtaStates.Confirmed);
        Assert.Equal("good-2", _world.Program!.Behaviour);
    }

    [Fact]
    public void A_program_that_cuts_the_device_off_is_condemned_even_if_the_hub_was_down_while_the_old_one_was_tried()
    {
        bool down = false;
        Install();
        _world.Hub.Silent = () => down || _world.Program?.Behaviour == "deaf";
        Update("deaf");
        _world.RunUntil(() => _world.Reboots == 2);
        down = true;
        _world.RunUntil(() => _world.Reboots == 4);
        down = false;
        _world.RunUntil(() => _world.Reboots == 5, 7_200_000);
        RunUntilState(OtaStates.RolledBack);

        Assert.Equal(ErrorCodes.HubUnreachable, _world.Hub.Sender!.Code);
        AssertRunsOld();
    }

    [Fact]
    public void A_damaged_old_slot_does_not_cost_the_program_on_trial_when_the_hub_is_silent()
    {
        Install();
        Update("good-2");
        _world.RunUntil(() => _world.Reboots == 2);
        _world.Hub.Silent = () => true;
        _world.RunUntil(() => _world.Reboots == 3);
        _world.Storage.Damage("a.img");
        _world.RunUntil(() => _world.Program != null);
        Assert.Equal("good-2", _world.Program!.Behaviour);

        _world.Hub.Silent = () => false;
        RunUntilState(OtaStates.Confirmed);
        Assert.Equal("good-2", _world.Program!.Behaviour);
    }

    [Fact]
    public void An_update_offered_during_a_trial_waits_for_its_end()
    {
        Install();
        Update("good-2");
        _world.RunUntil(() => _world.Reboots == 2 && _world.Online);
        _world.Hub.Update("3.0.0", 3, _world.Image("good-3"), _world.NowMs);
        RunUntilState(OtaStates.Rejected);
        Assert.Equal(ErrorCodes.TrialInProgress, _world.Hub.Sender!.Code);
    }

    [Fact]
    public void An_update_offered_while_the_confirmation_cannot_be_stored_leaves_both_programs_where_they_are()
    {
        Install();
        Update("good-2");
        _world.RunUntil(() => _world.Reboots == 2 && _world.Online);
        _world.Storage.Changing = file =>
        {
            if (file.StartsWith("boot", System.StringComparison.Ordinal)) throw new StorageException(ErrorCodes.StorageFailed, "The flash is worn.");
        };
        _world.RunUntil(() => _world.Client.Record.Confirmed == "b");
        var stored = _world.Storage.Snapshot();
        _world.Hub.Session = 50;
        _world.Hub.Update("3.0.0", 3, _world.Image("good-3"), _world.NowMs);
        _world.RunUntil(() => _world.Hub.Sender!.State == OtaStates.Rejected);

        Assert.Equal(ErrorCodes.TrialInProgress, _world.Hub.Sender!.Code);
        Assert.Equal(stored, _world.Storage.Snapshot());
        _world.Storage.Changing = null;
        _world.PowerCycle();
        _world.RunUntil(() => _world.Program != null);
        Assert.Equal("good-2", _world.Program!.Behaviour);
    }

    private string[] Starts() => ["good-1", .. _world.Loaded];

    private void Install()
    {
        _world.Hub.Update("1.0.0", 1, _world.Image("good-1"), 0);
        RunUntilState(OtaStates.Confirmed);
    }

    private void Update(string behaviour) => _world.Hub.Update("2.0.0", 2, _world.Image(behaviour), _world.NowMs);

    private void RunUntilState(string state) =>
        _world.RunUntil(() => _world.Hub.Sender!.State == state && _world.Program != null && _world.Client.Record.ReportHeard | state == OtaStates.Rejected);

    private void AssertRunsOld()
    {
        _world.RunUntil(() => _world.Program != null);
        Assert.Equal("good-1", _world.Program!.Behaviour);
    }
}
